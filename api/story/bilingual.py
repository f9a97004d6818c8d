# SPDX-License-Identifier: Apache-2.0
"""The same said in both languages."""

from typing import NamedTuple

from chain.domain.errors import Lang


class Words(NamedTuple):
    """A name, a sentence or a template, in Chinese and in English."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """What a reader of that language reads."""
        return self.zh if lang == "zh" else self.en
