# SPDX-License-Identifier: Apache-2.0
"""What an obligor promised and still owes."""
