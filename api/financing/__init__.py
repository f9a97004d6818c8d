# SPDX-License-Identifier: Apache-2.0
"""Early payment: a holder asks, financiers quote under seal, the holder opens, compares and takes one quote."""
