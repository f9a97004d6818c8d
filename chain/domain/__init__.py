# SPDX-License-Identifier: Apache-2.0
"""The vocabulary and the rules of the ledger, pure: no chain, no database, no environment, no network."""
