# SPDX-License-Identifier: Apache-2.0
"""What every request that changes something goes through: authorise, check, sign, and one commit."""
