# SPDX-License-Identifier: Apache-2.0
"""One field for whatever a person has at hand."""
