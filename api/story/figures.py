# SPDX-License-Identifier: Apache-2.0
"""The story's dates and amounts. The dates are fixed, in a year whose business days are published; amounts are fen."""

from dataclasses import dataclass
from datetime import date

from api.story.cast import Keys
from chain.documents.demo import octets
from chain.documents.fingerprint import fingerprint
from chain.documents.reader import read_xml
from chain.domain.calendar import CN, closing_days
from chain.domain.clock import BEIJING, DAY, UtcSeconds, day_start, due_instant
from chain.domain.money import Fen, Ppm
from chain.domain.pricing import Basis, straight_discount
from chain.domain.vocabulary import HOUR, Hash, Hours, InvoicePart, RailId

RAIL = RailId(1)

# ---- when

ADMISSION, RECORDING, ISSUE, ACCEPTANCE = (date(2026, 3, day) for day in (2, 3, 4, 5))
FIRST_SPLIT, SECOND_SPLIT = date(2026, 3, 10), date(2026, 3, 20)
SALE = date(2026, 4, 1)
MATURITY = date(2026, 6, 30)  # a Tuesday on which banks settle, 90 days after the sale
DAY_AFTER = date(2026, 7, 1)
LATE_PAYMENT = date(2026, 7, 6)
SECOND_MATURITY = date(2026, 9, 28)

DUE = due_instant(MATURITY, BEIJING)
CLOSES = closing_days(MATURITY, 3, CN)  # nothing moves in the last three business days
FOREVER = UtcSeconds(2**32 - 1)  # the deadline of what need not be carried at once


def morning(day: date) -> UtcSeconds:
    """Nine o'clock in Beijing: when everything in the story happens."""
    return UtcSeconds(day_start(day, BEIJING) + 9 * HOUR)


def five_days_after(now: UtcSeconds) -> Hours:
    """The last hour at which what is offered now may be accepted."""
    return Hours((now + 5 * DAY) // HOUR)


# ---- how much

FACE = Fen(100_000_000)
ALONE = Fen(10_000_000)  # what the maker may issue in one day without a second signature
TO_FRAMES, TO_FOAM = Fen(23_333_335), Fen(36_666_666)
TO_SPRINGS = Fen(13_333_332)
SOLD = Fen(10_000_000)
RATE, RIVAL_RATE = Ppm(42_000), Ppm(48_000)
OFFER = straight_discount(SOLD, RATE, SALE, MATURITY, Basis.ACT_360)
RIVAL_OFFER = straight_discount(SOLD, RIVAL_RATE, SALE, MATURITY, Basis.ACT_360)
FIRST_PAYMENT = Fen(60_000_000)
LATE_RATE = Ppm(182_500)  # 0.05 % a day
SECOND_FACE = Fen(15_000_000)
MOTORS_CASH, BANK_CASH = Fen(120_000_000), Fen(50_000_000)


# ---- for which deliveries


@dataclass(frozen=True)
class Invoice:
    """An invoice as the ledger will know it: `label` is what people call it, and never reaches the ledger."""

    label: str
    gross: Fen
    fingerprint: Hash

    @property
    def part(self) -> InvoicePart:
        """All of it, as the backing of a promise."""
        return InvoicePart(self.fingerprint, self.gross)


DELIVERIES = ("seats-2026-0301-ubl.xml", "seats-2026-0302-ubl.xml", "seats-2026-0303-cii.xml")
TWIN = "seats-2026-0301-fp.xml"  # the first delivery's invoice once more, in another format
LATER = "seats-2026-0701-cii.xml"


def invoices(keys: Keys, *files: str) -> list[Invoice]:
    """What the Registrar's service saw in these files: gross and fingerprint go to the ledger, the rest does not."""
    return [_invoice(keys, name) for name in files]


def _invoice(keys: Keys, name: str) -> Invoice:
    read = read_xml(octets(name))
    assert read.number is not None
    assert read.gross is not None
    assert read.gross.minor is not None
    label = f"{read.number[-8:-4]}-{read.number[-4:]}"  # people say the end of its twenty digits
    return Invoice(label, Fen(read.gross.minor), fingerprint(read, (keys.fingerprints,)).value)
