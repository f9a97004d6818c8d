# SPDX-License-Identifier: Apache-2.0
"""Steps put into words, for a reader of one language.

A refusal is told in the words of its own error, with people's and companies' names where the error has numbers and
addresses: readers are shown names.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from api.story.bilingual import Words
from api.story.cast import STRANGER, Keys, Person, company
from api.story.figures import DELIVERIES, LATER, invoices
from api.story.steps import Step
from api.story.words import LINES, NEXT, REFUSED
from chain.domain.clock import BEIJING, local_date
from chain.domain.errors import Lang
from chain.domain.money import CURRENCIES, Fen, format_amount, format_money, format_rate
from chain.domain.refusals.wording import FORMATS
from chain.domain.vocabulary import ParticipantId, Role, word

CNY = CURRENCIES["CNY"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
TIERS = "一二三"
PARTICIPANTS = ("participant", "obligor", "assignee", "financier", "lienholder")  # fields of refusals that name one


class Teller:
    """Tells steps to readers of one language."""

    def __init__(self, lang: Lang, keys: Keys, lines: Mapping[str, Words] = LINES) -> None:
        self.lang, self._lines = lang, lines
        documents = invoices(keys, *DELIVERIES, LATER)
        self._names: dict[object, Words] = {one.fingerprint: Words(one.label, one.label) for one in documents}
        self._names[keys.stranger.address] = STRANGER

    def say(self, words: Words, **facts: Any) -> str:
        """A template filled in, beginning with a capital letter."""
        sentence = words.of(self.lang).format(**{name: _Told(value, self.lang) for name, value in facts.items()})
        return sentence[0].upper() + sentence[1:]

    def text(self, step: Step) -> str:
        """What happened, in a sentence or two; of a refusal, what was tried."""
        day = local_date(step.at, BEIJING)
        facts = {**step.facts, "actor": step.actor, "amount": step.amount, "day": day}
        facts["since"] = timedelta(days=0) if step.since is None else day - local_date(step.since, BEIJING)
        return self.say(self._lines[step.line], **facts)

    def reason(self, step: Step) -> str:
        """Why a step was refused: its error's own text."""
        return REFUSED.of(self.lang).format(reason=self._refusal(step, ""))

    def next_step(self, step: Step) -> str:
        """What to do about a refusal: its error's own text."""
        return NEXT.of(self.lang).format(step=self._refusal(step, "next_"))

    def whole(self, step: Step) -> str:
        """The step in one string, a refusal with its reason and what to do about it."""
        if step.refusal is None:
            return self.text(step)
        gap = "" if self.lang == "zh" else " "
        return gap.join((self.text(step), self.reason(step), self.next_step(step)))

    def _refusal(self, step: Step, prefix: str) -> str:
        assert step.refusal is not None
        template: str = getattr(step.refusal, prefix + self.lang)
        fields = step.refusal.arguments.items()
        return template.format(
            **{name: _Named(value, self._name(step, name, value), self.lang) for name, value in fields}
        )

    def _name(self, step: Step, field: str, value: object) -> str | None:
        """What people call the value of a refusal's field, where its number would tell them nothing."""
        known = self._names.get(value)
        if field in PARTICIPANTS and isinstance(value, int):
            known = company(ParticipantId(value)).name
        elif field == "officer" and isinstance(maker := step.facts.get("maker"), Person):
            known = maker.name
        return None if known is None else known.of(self.lang)


class _Told:
    """A fact that str.format turns into words."""

    def __init__(self, value: Any, lang: Lang) -> None:
        self._value, self._lang = value, lang

    def __format__(self, how: str) -> str:
        return _WORDS[how](self._value, self._lang)


class _Named:
    """A field of a refusal: by its name if it has one, else as the refusal itself would show it."""

    def __init__(self, value: object, name: str | None, lang: Lang) -> None:
        self._value, self._name, self._lang = value, name, lang

    def __format__(self, how: str) -> str:
        if self._name is not None:
            return self._name
        return FORMATS[how](self._value, self._lang) if how else str(self._value)


def money(amount: int, lang: Lang) -> str:
    """Yuan with separators."""
    return format_money(Fen(amount), CNY, lang)


def day_text(day: date, lang: Lang) -> str:
    """A date as people write it."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date, lang: Lang) -> str:
    """A date without its year."""
    return f"{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {MONTHS[day.month - 1]}"


def later(days: timedelta, lang: Lang) -> str:
    """How much time has gone by."""
    if lang == "zh":
        return f"{days.days} 天后" if days.days > 1 else "次日"
    return f"{days.days} days later" if days.days > 1 else "the next day"


def role_text(role: Role, lang: Lang) -> str:
    """A role with the article that English gives it."""
    told = word(Role, role, lang)
    return told if lang == "zh" else f"{'an' if told[0] in 'aeiou' else 'a'} {told}"


_WORDS: Mapping[str, Callable[[Any, Lang], str]] = {
    "": lambda value, lang: str(value),
    "money": money,
    "figure": lambda value, lang: format_amount(Fen(value), CNY),
    "date": day_text,
    "short": short_day,
    "tier": lambda value, lang: f"{TIERS[value - 1]}级" if lang == "zh" else str(value),
    "later": later,
    "rate": lambda value, lang: format_rate(value),
    "role": role_text,
    "name": lambda value, lang: value.name.of(lang),
}
