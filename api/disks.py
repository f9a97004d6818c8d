# SPDX-License-Identifier: Apache-2.0
"""The disks that the service writes to: with too little room on one of them nothing new is taken, by name."""

from api.settings import Settings
from chain.store.address import parse
from chain.store.disk import MIB, left
from chain.store.errors import DiskFull


class Disks:
    """Those of the folder, and of book and mirror where these are files."""

    def __init__(self, settings: Settings) -> None:
        """Raises StoreAddressMalformed."""
        self.least = settings.disk_mib
        """MiB that are to be left."""
        self._places = {"folder": settings.folder.absolute()}  # a database server's disk is its own business
        for name, address in (("book", settings.book_address), ("mirror", settings.mirror_address)):
            if (file := parse(address).path) is not None:
                self._places[name] = file.parent

    def left(self) -> dict[str, int]:
        """Octets left for each of folder, book and mirror. Raises StoreUnavailable."""
        return {name: left(place) for name, place in self._places.items()}

    def demand(self) -> int:
        """MiB left where there are fewest. Raises DiskFull, StoreUnavailable."""
        found = {place: left(place) // MIB for place in set(self._places.values())}
        tightest = min(found, key=lambda place: found[place])
        if found[tightest] < self.least:
            raise DiskFull(place=str(tightest), left=found[tightest])
        return found[tightest]
