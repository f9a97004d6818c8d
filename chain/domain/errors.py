# SPDX-License-Identifier: Apache-2.0
"""One tree for everything this house refuses, each leaf with its code, its reason and the next step, in zh and en.

    DeepTierError
    ├── InputError                  the input is bad: no rule was reached
    │   ├── NumberInexact           money      a float, or no number at all, where an exact one must stand
    │   ├── AmountMalformed         money      the text is no amount
    │   ├── AmountTooPrecise        money      more decimals than the currency has
    │   ├── AmountNegative          money      below zero
    │   ├── AmountTooLarge          money      more than 48 bits of fen
    │   ├── CurrencyUnknown         money      no such currency in the table
    │   ├── RateMalformed           money      the text is no yearly rate in whole ppm
    │   ├── RateOutOfRange          money      not within 24 bits of ppm
    │   ├── InstantOutOfRange       clock      not within 32 bits of seconds
    │   ├── OffsetOutOfRange        clock      no place on earth keeps that time
    │   ├── DaysNegative            clock      a number of days below zero
    │   ├── CalendarYearUnpublished calendar   the year's business days are not known
    │   ├── CalendarTableMalformed  calendar   a table of years contradicts itself
    │   ├── ClosingWindowTooLong    calendar   more than 255 calendar days
    │   ├── BasisUnknown            pricing    no such day count
    │   ├── DatesReversed           pricing    funded after due
    │   ├── ProceedsEmpty           pricing    the interest leaves nothing of the face
    │   ├── PiecesEmpty             pricing    interest with nothing to share it over
    │   └── CostUndefined           pricing    no money received, no days, or less paid back than received
    └── Refusal                     a rule of the ledger said no; one leaf per custom error of the contract (refusals)

A *leaf* has a `code` and is what gets raised; a *branch* has none and is what gets caught. What a leaf needs is checked
when its class is defined, so a text that names an undeclared field cannot survive an import.
"""

import re
from collections.abc import Mapping
from string import Formatter
from types import MappingProxyType
from typing import Any, ClassVar, Literal, get_args

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
TEXTS = ("zh", "en", "next_zh", "next_en")
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_leaves: dict[str, type["DeepTierError"]] = {}


class DeepTierError(Exception):
    """The root. A leaf declares `code`, four texts (str.format templates) and the `fields` that they may use."""

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]
    next_zh: ClassVar[str]
    next_en: ClassVar[str]
    fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        declared = [name for name in ("code", *TEXTS, "fields") if name in cls.__dict__]
        if declared:
            _check_leaf(cls)
            _register(cls)

    def __init__(self, **arguments: object) -> None:
        """Take exactly the declared fields, by name, with hashable values. Raises TypeError for any other set."""
        if "code" not in type(self).__dict__:
            raise TypeError(f"{type(self).__name__} is a branch of the error tree: raise one of its leaves")
        if arguments.keys() != set(self.fields):
            raise TypeError(f"{type(self).__name__} takes the fields {self.fields}, not {tuple(arguments)}")
        super().__init__()
        self.arguments: Mapping[str, object] = MappingProxyType({name: arguments[name] for name in self.fields})

    def message(self, lang: Lang) -> str:
        """What was refused and why."""
        return self._text("", lang)

    def next_step(self, lang: Lang) -> str:
        """What the reader can do now."""
        return self._text("next_", lang)

    def as_dict(self, lang: Lang) -> dict[str, object]:
        """The error as JSON can carry it; values that JSON has no type for become text (a date: ISO 8601)."""
        plain = {name: v if isinstance(v, (int, str, type(None))) else str(v) for name, v in self.arguments.items()}
        return {
            "code": self.code,
            "message": self.message(lang),
            "next_step": self.next_step(lang),
            "arguments": plain,
        }

    def _text(self, prefix: str, lang: Lang) -> str:
        if lang not in LANGS:
            raise ValueError(f"no language {lang!r}: choose one of {LANGS}")
        template: str = getattr(self, prefix + lang)
        return template.format(**self.arguments)

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')} {self.next_step('en')}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, DeepTierError) and other.arguments == self.arguments

    def __hash__(self) -> int:
        return hash((type(self), tuple(self.arguments.items())))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(self.arguments))


class InputError(DeepTierError):
    """The input is bad in itself: no rule of the ledger was reached, and none would help."""


class Refusal(DeepTierError):
    """A rule of the ledger said no to well-formed input."""


def registry(branch: type[DeepTierError] = DeepTierError) -> dict[str, type[DeepTierError]]:
    """Every leaf below `branch` whose module has been imported, by code."""
    return {code: leaf for code, leaf in sorted(_leaves.items()) if issubclass(leaf, branch)}


def placeholders(template: str) -> set[str]:
    """The fields that a template names, without attribute, index or format; "" stands for a nameless one."""
    names = (name for _, name, _, _ in Formatter().parse(template) if name is not None)
    return {re.split(r"[.\[]", name, maxsplit=1)[0] for name in names}


def _check_leaf(cls: type[DeepTierError]) -> None:
    """Raise TypeError unless the class is a complete leaf on a branch."""
    missing = [name for name in ("code", *TEXTS) if not cls.__dict__.get(name)]
    if missing:
        raise TypeError(f"{cls.__name__} lacks {', '.join(missing)}")
    if any("code" in base.__dict__ for base in cls.__mro__[1:]):
        raise TypeError(f"{cls.__name__} grows on a leaf: leaves have no subclasses")
    if not CODE.fullmatch(cls.code):
        raise TypeError(f"{cls.__name__}: code {cls.code!r} is not kebab-case")
    for name in TEXTS:
        undeclared = placeholders(getattr(cls, name)) - set(cls.fields)
        if undeclared:
            raise TypeError(f"{cls.__name__}.{name} uses undeclared fields {sorted(undeclared)}")


def _register(cls: type[DeepTierError]) -> None:
    """Raise TypeError when another class has the code. The same class defined again (a reload) takes its own place."""
    holder = _leaves.get(cls.code, cls)
    if (holder.__module__, holder.__qualname__) != (cls.__module__, cls.__qualname__):
        raise TypeError(f"{cls.__name__}: code {cls.code!r} belongs to {holder.__qualname__}")
    _leaves[cls.code] = cls


def _rebuild(cls: type[DeepTierError], arguments: dict[str, object]) -> DeepTierError:
    return cls(**arguments)
