# SPDX-License-Identifier: Apache-2.0
"""Messages that still lack signatures: drafts, offers, changes of the registry."""
