# SPDX-License-Identifier: Apache-2.0
"""The only room that knows the contracts' ABI, storage layout and packed integers; everything else speaks domain."""
