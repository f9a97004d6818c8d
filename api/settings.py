# SPDX-License-Identifier: Apache-2.0
"""What service and terminal are told from outside, arguments first: the one reader of the environment (DEEPTIER_…)."""

from pathlib import Path

from pydantic import Field, SecretStr
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
    upload: int = Field(default=16 << 20, ge=1)  # octets of a form with files at most
    disk_mib: int = Field(default=64, ge=0)  # left on each of its disks; with less, nothing new is taken
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


class Terminal(BaseSettings):
    """What the commands that ask the service are told; a class of its own, so that the service holds nobody's key."""

    model_config = SettingsConfigDict(env_prefix="DEEPTIER_", frozen=True)

    url: str | None = None  # where the service is
    key: SecretStr | None = None  # instead of a session
    session: str | None = Field(default=None, validation_alias="DEEPTIER_AS")  # the name of one
