# SPDX-License-Identifier: Apache-2.0
"""What can be proven about a block from nothing but its bytes: Merkle-Patricia roots and header hashes."""
