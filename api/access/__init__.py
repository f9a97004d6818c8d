# SPDX-License-Identifier: Apache-2.0
"""Who asks, and what they may: officers, their keys to the API, what they see, and the log of every decision."""
