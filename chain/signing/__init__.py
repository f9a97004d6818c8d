# SPDX-License-Identifier: Apache-2.0
"""Who signs: keys, and what is asked before one is used."""
