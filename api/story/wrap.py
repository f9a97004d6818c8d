# SPDX-License-Identifier: Apache-2.0
"""Lines broken where a reader would break them: never inside an amount, nor before Chinese closing punctuation.

Rich breaks at spaces, and Chinese has none: a sentence would be cut at the edge, through the middle of a number.
"""

import re

from rich.cells import cell_len

_CJK = "\u2e80-\u9fff\uff00-\uffef"
_WHOLE = rf"CNY \S+|· [\d,]+ gas|\d+ [A-Z][a-z]+ \d{{4}}\S?|\(claim \S+|[\d,.]+ 元|\d+ [{_CJK}]"
_PIECE = re.compile(rf"(?:{_WHOLE}|[（“]*[^\s{_CJK}“”]+|[（“]*[{_CJK}])[，。、；：）”]*|\s+|.")


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns; a piece that is longer than that stands alone."""
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if cell_len(line + piece.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]
