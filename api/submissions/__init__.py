# SPDX-License-Identifier: Apache-2.0
"""Where what was asked for is on its way to the chain."""
