# SPDX-License-Identifier: Apache-2.0
"""How the book's tables came to be, one step a module in `versions`; what is written here is never changed again."""
