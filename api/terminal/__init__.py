# SPDX-License-Identifier: Apache-2.0
"""The commands that are clients of the API: what people ask for, and how the answers look on a terminal."""
