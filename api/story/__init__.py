# SPDX-License-Identifier: Apache-2.0
"""The story: deep-tier finance on a real node, with real signatures, told the way a treasurer would tell it."""
