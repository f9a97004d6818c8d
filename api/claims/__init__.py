# SPDX-License-Identifier: Apache-2.0
"""What a holder does with a claim: accept the offer, split, pass on, cut, encumber."""
