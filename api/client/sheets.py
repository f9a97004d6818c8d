# SPDX-License-Identifier: Apache-2.0
"""Rows as files for a spreadsheet: money exact and in a column of its own, text that can start nothing.

A CSV begins with a byte order mark, without which spreadsheets take Chinese for something else.
"""

import csv
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from api.client.errors import FileAway

Cell = str | int | Decimal
"""Text, a whole number, or an amount of money."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDEST = 40  # columns of text


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_STARTS) else text


def write_csv(path: Path, heads: Sequence[str], rows: Sequence[Sequence[Cell]], said: Callable[[], None]) -> None:
    """A new file, or one in the place of a namesake once it is whole. `said` hears of every row. Raises FileAway."""
    with _replacing(path) as fresh, fresh.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for row in rows:
            writer.writerow([harmless(cell) if isinstance(cell, str) else str(cell) for cell in row])
            said()


def write_xlsx(path: Path, heads: Sequence[str], rows: Sequence[Sequence[Cell]], said: Callable[[], None]) -> None:
    """As `write_csv`; amounts are numbers, which a spreadsheet keeps to fifteen digits: more than the ledger has."""
    import xlsxwriter

    with _replacing(path) as fresh:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(fresh), options) as book:
            sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
            for column, head in enumerate(heads):
                sheet.set_column(column, column, min(_WIDEST, max([len(head) * 2, *_widths(rows, column)]) + 2))
            for column, head in enumerate(heads):
                sheet.write_string(0, column, head, bold)
            formats = {places: book.add_format({"num_format": _form(places)}) for places in range(4)}
            for number, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, Decimal):
                        sheet.write_number(number, column, cell, formats[-int(cell.as_tuple().exponent)])
                    elif isinstance(cell, int):
                        sheet.write_number(number, column, cell)
                    else:
                        sheet.write_string(number, column, cell)
                said()
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(1, len(rows)), len(heads) - 1)


def _form(places: int) -> str:
    return f"#,##0.{'0' * places}" if places else "#,##0"


def _widths(rows: Sequence[Sequence[Cell]], column: int) -> list[int]:
    return [len(str(row[column])) for row in rows[:200]]


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Raises FileAway."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        yield fresh
        os.replace(fresh, path)
    except OSError as error:
        raise FileAway(path=str(path), why=error.strerror or type(error).__name__) from None
    finally:
        fresh.unlink(missing_ok=True)
