# SPDX-License-Identifier: Apache-2.0
"""What a statement lists: sales, payments in, money paid out."""
