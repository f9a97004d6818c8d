# SPDX-License-Identifier: Apache-2.0
"""What the HTTP service is told from outside: the one reader of the environment (DEEPTIER_…); arguments come first."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from chain.node.network import RECORD

PORT = 8750
"""Where the service listens unless said otherwise."""


class Settings(BaseSettings):
    """Addresses of databases may hold a password, so they are in no text of this object."""

    model_config = SettingsConfigDict(env_prefix="DEEPTIER_", frozen=True)

    folder: Path = Path(".deeptier")
    book: str | None = Field(default=None, repr=False)  # None: the folder's own
    mirror: str | None = Field(default=None, repr=False)
    network: Path | None = None  # the record of the network; None: the folder's own
    host: str = "127.0.0.1"
    port: int = Field(default=PORT, ge=0, le=65_535)  # 0: any that is free
    status: Path | None = None  # the file that says how it goes
    threads: int = Field(default=4, ge=1, le=64)  # requests at work at a time, each with two connections at most
    body: int = Field(default=1 << 20, ge=1)  # octets of a request at most
    seconds: float = Field(default=30.0, gt=0)  # for a request, from its first octet to the first one of the answer

    @property
    def book_address(self) -> str:
        return self.book or f"sqlite://{self.folder.resolve()}/book.db"

    @property
    def mirror_address(self) -> str:
        return self.mirror or f"sqlite://{self.folder.resolve()}/mirror.db"

    @property
    def network_folder(self) -> Path:
        """The folder whose record says which network this is."""
        return (
            self.folder
            if self.network is None
            else self.network.parent
            if self.network.name == RECORD
            else self.network
        )

    @property
    def run(self) -> Path:
        """Where the parts of the service say how they are."""
        return self.folder / "run"
