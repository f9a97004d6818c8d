# SPDX-License-Identifier: Apache-2.0
"""The disks that the service writes to: with too little room on one of them nothing new is taken, by name."""

from pathlib import Path

from api.settings import Settings
from chain.store.address import parse
from chain.store.disk import MIB, left
from chain.store.errors import DiskFull


class Disks:
    """Those of the folder, and of book and mirror where these are files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.least = settings.disk_mib
        """MiB that are to be left."""

    def left(self) -> dict[str, int]:
        """Octets left for each of folder, book and mirror. Raises StoreUnavailable, StoreAddressMalformed."""
        return {name: left(place) for name, place in self._places().items()}

    def demand(self) -> int:
        """MiB left where there are fewest. Raises DiskFull, StoreUnavailable, StoreAddressMalformed."""
        places = self._places()
        found = {place: left(place) // MIB for place in set(places.values())}
        tightest = min(found, key=lambda place: found[place])
        if found[tightest] < self.least:
            raise DiskFull(place=str(tightest), left=found[tightest])
        return found[tightest]

    def _places(self) -> dict[str, Path]:
        """The folder of each; a database server's disk is its own business."""
        places = {"folder": self._settings.folder.absolute()}
        for name, address in (("book", self._settings.book_address), ("mirror", self._settings.mirror_address)):
            if (file := parse(address).path) is not None:
                places[name] = file.parent
        return places
