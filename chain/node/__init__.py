# SPDX-License-Identifier: Apache-2.0
"""Chains and how one speaks to them."""
