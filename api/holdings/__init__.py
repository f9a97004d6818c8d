# SPDX-License-Identifier: Apache-2.0
"""What a participant holds and what it has a lien on."""
