# SPDX-License-Identifier: Apache-2.0
"""When money comes in or goes out, from whom, and how late it is."""
