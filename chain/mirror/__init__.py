# SPDX-License-Identifier: Apache-2.0
"""The mirror: SQL that equals the chain at a block, proves it, can be dropped at any time, and answers questions.

`source` fetches blocks and proves them, `fold` turns their events into rows, `writer` writes both in one transaction
with the checkpoint, `process` follows the chain; `reads` answers, `reconcile` compares with the chain again.
"""
