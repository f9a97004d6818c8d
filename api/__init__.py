# SPDX-License-Identifier: Apache-2.0
"""How people reach DeepTier."""
