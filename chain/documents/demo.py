# SPDX-License-Identifier: Apache-2.0
"""Six invoices of the project's own making, from the companies of the story: two each in UBL, CII and the `fp:` form.

The first two are one claim in two formats. Companies, numbers and the district in their credit codes do not exist.
"""

from importlib import resources

NAMES = (
    "seats-2026-0301-fp.xml",
    "seats-2026-0301-ubl.xml",
    "seats-2026-0302-ubl.xml",
    "seats-2026-0303-cii.xml",
    "seats-2026-0701-cii.xml",
    "foam-2026-0311-fp.xml",
)
TWINS = NAMES[:2]


def octets(name: str) -> bytes:
    """The file of one of NAMES. Raises FileNotFoundError."""
    return resources.files("chain.documents").joinpath("samples", name).read_bytes()
