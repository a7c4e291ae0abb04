"""A batch as a sheet for people: XLSX and CSV, text only, each message with what was said before and after it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.errors import JudgementError
from analysis.markup import visible
from analysis.review.draws import draw
from analysis.review.order import ordered
from analysis.review.population import SCHEME, hidden, population
from analysis.sensitivity import judgements
from analysis.sensitivity.judgements import CONTROL
from analysis.store import make_id, write_text

if TYPE_CHECKING:
    from analysis.matter import Matter

COLUMNS = ("batch", "near", "sent_at", "channel", "sender", "before", "text", "after", "label", "why", "coder",
           "message_id", "scheme", "design", "stratum", "chance", "seal")  # fmt: skip
WIDTHS = {"text": 70, "before": 40, "after": 40, "why": 30, "sender": 20, "sent_at": 20}
LONGEST = 30_000
"""Characters of a text in a cell; a worksheet holds 32,767, and a reader fewer."""
ASIDE = 400
"""Characters of a neighbour's text: enough to understand the message between."""
MASKED = "[personal, hidden]"
_FORMULA = re.compile(r"^[=+\-@\t\r]")


def batch(matter: Matter, n: int, design: str = "stratified") -> list[Path]:
    """Draw a batch and write it under `review/` of the results, as XLSX and CSV; gives the two paths.

    Raises
    ------
    ParameterError
        No such design, or nothing is left to draw.
    """
    folder = matter.out / "review"
    turn = _turn(matter, folder)
    rows = population(matter)
    judged = judgements.read(matter)
    agreed = judgements.verdicts(judged, SCHEME)
    rows["truth"] = rows["message_id"].map((agreed == "business").astype(float))
    rows["control"] = rows["message_id"].isin(judged[judged["design"] == CONTROL]["message_id"])
    chosen = ordered(draw(rows, n, design, turn))
    sheet = _sheet(chosen, rows, set(hidden(matter)["message_id"]), f"B{turn:03d}")
    paths = [folder / f"batch-B{turn:03d}.{end}" for end in ("xlsx", "csv")]
    write(sheet, paths, "label", judgements.VERDICTS[SCHEME])
    return paths


def write(sheet: pd.DataFrame, paths: list[Path], answer: str, verdicts: Iterable[str]) -> None:
    """A sheet as XLSX (with the verdicts to choose from in the column `answer`) and as CSV; every cell is text."""
    _write_book(sheet, paths[0], answer, list(verdicts))
    write_text(paths[1], "\ufeff" + _as_csv(sheet))


def _turn(matter: Matter, folder: Path) -> int:
    """The number of the next batch: after those that came back and those that are out."""
    names = [path.stem for path in folder.glob("batch-B*.xlsx")] + judgements.read(matter)["batch"].tolist()
    taken = [int(match[1]) for name in names if (match := re.search(r"B(\d+)$", name))]
    return max(taken, default=0) + 1


def seal(sheet: pd.DataFrame, texts: pd.Series) -> list[str]:
    """What ties a row to its message and draw: it changes when anything but label, why and coder does."""
    given = zip(*(sheet[name].astype(str) for name in ("batch", "message_id", "scheme", "design", "stratum", "chance")),
                texts, strict=True)  # fmt: skip
    return [make_id(*fields) for fields in given]


def shown(text: str, longest: int = LONGEST) -> str:
    """A text as it stands in a cell: what cannot be seen is named, very long ones are cut and say so."""
    clean = visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean if len(clean) <= longest else f"{clean[:longest]} [cut: {len(clean)} characters]"


def _sheet(chosen: pd.DataFrame, rows: pd.DataFrame, masked: set[str], name: str) -> pd.DataFrame:
    beside = _beside(rows, masked).reindex(chosen.index)
    sheet = chosen.assign(
        batch=name, scheme=SCHEME, label="", why="", coder="",
        before=beside["before"], after=beside["after"],
        text=chosen["text"].map(shown), sender=chosen["sender"].map(visible),
        sent_at=chosen["sent_at"].dt.strftime("%Y-%m-%d %H:%M:%S UTC"),
        chance=["" if pd.isna(chance) else f"{chance:.8g}" for chance in chosen["chance"]],
    )  # fmt: skip
    sheet["seal"] = seal(sheet, sheet["text"])
    return sheet[list(COLUMNS)].astype(str)


def _beside(rows: pd.DataFrame, masked: set[str]) -> pd.DataFrame:
    """What was said `before` and `after` each message; clearly personal talk only beside such talk."""
    said = rows["sender"] + ": " + rows["text"].map(partial(shown, longest=ASIDE))
    personal = rows["message_id"].isin(masked)
    threads = pd.DataFrame({"said": said, "personal": personal}).groupby(rows["thread_id"])
    sides = {}
    for name, step in (("before", 1), ("after", -1)):
        next_to = threads.shift(step)
        hide = next_to["personal"].eq(True) & ~personal
        sides[name] = next_to["said"].fillna("").mask(hide, MASKED)
    return pd.DataFrame(sides)


def _as_csv(sheet: pd.DataFrame) -> str:
    """CSV for spreadsheets: cells that would start a formula get an apostrophe, which `read` takes off again."""
    safe = sheet.map(lambda cell: f"'{cell}" if _FORMULA.match(cell) else cell)
    return str(safe.to_csv(index=False, lineterminator="\r\n", quoting=csv.QUOTE_ALL))


def _write_book(sheet: pd.DataFrame, path: Path, answer: str, verdicts: list[str]) -> None:
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": pd.Timestamp("2020-01-01").to_pydatetime()})
        page, wrap = book.add_worksheet("review"), book.add_format({"text_wrap": True, "valign": "top"})
        bold = book.add_format({"bold": True, "bg_color": "#e6edf5"})
        for column, name in enumerate(sheet.columns):
            page.set_column(column, column, WIDTHS.get(name, 12), wrap)
            page.write_string(0, column, name, bold)
            for row, cell in enumerate(sheet[name], 1):
                page.write_string(row, column, cell, wrap)
        place = list(sheet.columns).index(answer)
        page.data_validation(1, place, max(len(sheet), 1), place, {"validate": "list", "source": verdicts})
        page.freeze_panes(1, 0)


def read(path: Path, columns: Iterable[str] = COLUMNS) -> pd.DataFrame:
    """A returned sheet (XLSX or CSV) as text, line ends LF, apostrophes before formula signs taken off.

    Raises
    ------
    JudgementError
        The file cannot be read or lacks a column.
    """
    try:
        rows = _book_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(path)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise JudgementError(f"{path.name} cannot be read ({error}); return the XLSX or CSV of the batch") from error
    head, *body = rows or [[]]
    if missing := [name for name in columns if name not in head]:
        raise JudgementError(f"{path.name} has no column {missing[0]}; return the sheet with all its columns")
    width = len(head)
    sheet = pd.DataFrame([(row + [""] * width)[:width] for row in body], columns=head, dtype="str")
    sheet = sheet[(sheet != "").any(axis=1)]
    return sheet.map(_bare).reset_index(drop=True)


def _bare(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell[1:]) else cell


def _csv_rows(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if text.split("\n", 1)[0].count(";") > 8 else ",")
    return [[cell.replace("\r\n", "\n") for cell in row] for row in rows]


def _book_rows(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise ValueError(str(error)) from error
    return [[str(cell).replace("\r\n", "\n").replace("_x000D_\n", "\n") for cell in row] for row in cells]
