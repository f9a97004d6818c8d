# SPDX-License-Identifier: Apache-2.0
"""Why a parameter or a field is not of its form, in both languages; never what it was, which may be a secret."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.story.bilingual import Words
from chain.domain.errors import Lang

_WHYS: Mapping[str, Words] = {
    "missing": Words("必填", "required"),
    "extra_forbidden": Words("没有这一项", "there is no such thing here"),
    "int_parsing": Words("应为整数", "a whole number"),
    "int_type": Words("应为整数", "a whole number"),
    "int_from_float": Words("应为整数", "a whole number"),
    "int_parsing_size": Words("数字过大", "a number that is not so large"),
    "bool_parsing": Words("应为 true 或 false", "true or false"),
    "string_type": Words("应为文本", "a text"),
    "greater_than": Words("应大于 {gt}", "more than {gt}"),
    "greater_than_equal": Words("不小于 {ge}", "at least {ge}"),
    "less_than": Words("应小于 {lt}", "less than {lt}"),
    "less_than_equal": Words("不大于 {le}", "at most {le}"),
    "string_too_short": Words("至少 {min_length} 个字符", "at least {min_length} characters"),
    "string_too_long": Words("至多 {max_length} 个字符", "at most {max_length} characters"),
    "string_pattern_mismatch": Words("格式应为 {pattern}", "of the form {pattern}"),
    "enum": Words("应为其中之一：{expected}", "one of {expected}"),
    "literal_error": Words("应为其中之一：{expected}", "one of {expected}"),
    "json_invalid": Words("不是有效的 JSON", "valid JSON"),
}
_OTHER = Words("格式不符", "of the form that /docs tells")


def whys(errors: Iterable[Mapping[str, Any]], lang: Lang) -> list[dict[str, str]]:
    """Where each is, and what it should be."""
    return [{"where": ".".join(map(str, one["loc"])), "why": _why(one, lang)} for one in errors]


def _why(one: Mapping[str, Any], lang: Lang) -> str:
    return _WHYS.get(one["type"], _OTHER).of(lang).format_map(dict(one.get("ctx", {})))
