"""XLSX: the tables people ask for, one sheet each. Every cell of text is written as text: no formula, no link is made.

A cell holds 32,767 characters and a sheet 1,048,576 rows: longer texts end with `[cut: see <id>]`, further rows go to a
sheet of the same name with a number. Counts and shares are numbers; times are text in UTC, so no zone is guessed.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.exchange.content import instant, storable
from analysis.matter import Matter
from analysis.tables import TABLES

if TYPE_CHECKING:
    import xlsxwriter

SHEETS = ("findings", "sources", "accounts", "people", "identities", "merges", "threads", "messages", "recipients",
          "absences", "labels", "captures", "events", "rejects")  # fmt: skip
LONGEST, MOST = 32_000, 1_000_000
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}


def write(matter: Matter, folder: Path) -> list[Path]:
    """Write `<matter id>.xlsx`; the first sheet says what each of the others holds."""
    import xlsxwriter

    path = folder / f"{matter.id}.xlsx"
    book = xlsxwriter.Workbook(str(path), SAFE)
    book.set_properties({"title": storable(matter.title), "created": datetime(1980, 1, 1)})
    present = [name for name in SHEETS if matter.store.has(name)]
    about = book.add_worksheet("about")
    about.write_row(0, 0, ["sheet", "a row is", "rows"])
    for line, name in enumerate(present, 1):
        about.write_string(line, 0, name)
        about.write_string(line, 1, TABLES[name].row)
        about.write_number(line, 2, matter.store.count(name))
    bold = book.add_format({"bold": True})
    for name in present:
        _table(book, name, matter.store.read(name), bold)
    book.close()
    return [path]


def _table(book: xlsxwriter.Workbook, name: str, rows: pd.DataFrame, bold: Any) -> None:
    key = TABLES[name].key[0]
    place = list(rows.columns).index(key)
    for start in range(0, max(len(rows), 1), MOST):
        sheet = book.add_worksheet(name if not start else f"{name} {start // MOST + 1}")
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(rows.columns):
            sheet.write_string(0, column, title, bold)
        part = rows.iloc[start : start + MOST]
        for line, row in enumerate(part.itertuples(index=False, name=None), 1):
            for column, value in enumerate(row):
                _cell(sheet, line, column, value, str(row[place]))


def _cell(sheet: Any, line: int, column: int, value: Any, key: str) -> None:
    if hasattr(value, "tolist") and not isinstance(value, (str, pd.Timestamp)):
        value = value.tolist()
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, (int, float)) and not pd.isna(value):
        sheet.write_number(line, column, value)
    elif not pd.isna(value):
        text = instant(value) if isinstance(value, pd.Timestamp) else storable(value)
        text = text if len(text) <= LONGEST else f"{text[:LONGEST]} [cut: see {key}]"
        sheet.write_string(line, column, text)
