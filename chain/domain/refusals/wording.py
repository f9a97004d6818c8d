# SPDX-License-Identifier: Apache-2.0
"""How a refusal's fields are put into words: money, instants, hashes and enum numbers, for a reader in zh or en.

A text names a field with one of these formats: `{limit:money}`. Money is shown in yuan whatever it amounts to (a limit
has 64 bits, more than money.format_amount takes); instants are UTC; addresses and hashes are shortened in the text and
stand in full among the error's arguments.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from chain.domain.errors import LANGS, Lang, Refusal
from chain.domain.money import CURRENCIES, Ppm, format_rate
from chain.domain.vocabulary import (
    HOUR,
    LIFECYCLE_BITS,
    ClaimFlag,
    Lifecycle,
    ObligationStatus,
    ParticipantStatus,
    Right,
    Role,
    flag_words,
    word,
)

_YUAN = CURRENCIES["CNY"]


class LedgerRefusal(Refusal):
    """A branch: the refusals of the ledger's contract, whose texts may use the formats of this module."""

    def as_dict(self, lang: Lang) -> dict[str, object]:
        """As DeepTierError.as_dict, with bytes as 0x and hex digits."""
        plain = {name: f"0x{v.hex()}" if isinstance(v, bytes) else v for name, v in self.arguments.items()}
        texts = {name: v if isinstance(v, (int, str)) else str(v) for name, v in plain.items()}
        return {**super().as_dict(lang), "arguments": texts}

    def _text(self, prefix: str, lang: Lang) -> str:
        if lang not in LANGS:
            raise ValueError(f"no language {lang!r}: choose one of {LANGS}")
        template: str = getattr(self, prefix + lang)
        return template.format(**{name: _Shown(value, lang) for name, value in self.arguments.items()})


class _Shown:
    """A field's value that str.format turns into words."""

    def __init__(self, value: object, lang: Lang) -> None:
        self._value, self._lang = value, lang

    def __format__(self, how: str) -> str:
        return FORMATS[how](self._value, self._lang) if how else str(self._value)


def _money(value: object, lang: Lang) -> str:
    whole, part = divmod(_number(value), 10**_YUAN.decimals)
    figure = f"{whole:,}.{part:0{_YUAN.decimals}d}"
    return f"{figure} {_YUAN.zh}" if lang == "zh" else f"{_YUAN.code} {figure}"


def _time(value: object, lang: Lang) -> str:
    return datetime.fromtimestamp(_number(value), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _hours(value: object, lang: Lang) -> str:
    return _time(_number(value) * HOUR, lang)


def _rate(value: object, lang: Lang) -> str:
    return format_rate(Ppm(_number(value)))


def _short(value: object, lang: Lang) -> str:
    text = f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
    return f"{text[:6]}…{text[-4:]}"


def _claim_status(value: object, lang: Lang) -> str:
    byte = _number(value)
    lifecycle = word(Lifecycle, byte & LIFECYCLE_BITS, lang)
    flags = byte & ~LIFECYCLE_BITS
    return f"{lifecycle} ({flag_words(ClaimFlag, flags, lang)})" if flags else lifecycle


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value


FORMATS: Mapping[str, Callable[[object, Lang], str]] = {
    "money": _money,
    "time": _time,
    "hours": _hours,
    "rate": _rate,
    "short": _short,
    "roles": lambda value, lang: flag_words(Role, _number(value), lang),
    "rights": lambda value, lang: flag_words(Right, _number(value), lang),
    "standing": lambda value, lang: word(ParticipantStatus, _number(value), lang),
    "obligation_status": lambda value, lang: word(ObligationStatus, _number(value), lang),
    "claim_status": _claim_status,
}
