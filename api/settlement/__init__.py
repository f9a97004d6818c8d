# SPDX-License-Identifier: Apache-2.0
"""Money: the obligor pays in, holders are paid out."""
