# SPDX-License-Identifier: Apache-2.0
"""From a signed intent to a block, exactly once: the outbox, the relay's transactions, the sender."""
