# SPDX-License-Identifier: Apache-2.0
"""Everything that speaks to a chain, and the domain it speaks about; nothing here knows of HTTP."""
