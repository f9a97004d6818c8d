# SPDX-License-Identifier: Apache-2.0
"""A claim, where it came from and what became of it."""
