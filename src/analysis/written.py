"""Tables that people write by hand (registers, judgements): CSV as spreadsheets save it, read whole or refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import AnalysisError, EvidenceError, JudgementError

CELL_CHARACTERS = 1 << 24  # the longest scope or reply is a few pages; more is a quote that was never closed


def table(path: Path, name: str, refusal: type[AnalysisError] = EvidenceError) -> pd.DataFrame:
    """Rows of a CSV file as text, `name` being what a refusal calls it.

    Cells lose the blanks around them, column names their capitals too; rows without any text are left out. Cells end
    at commas, or at semicolons or tabs where the first line has no comma. A row that ends early is
    filled with ''; nothing else is guessed.

    Raises
    ------
    AnalysisError
        Of the type `refusal`: the file is not UTF-8 or not CSV, is empty, names a column twice, or has a row with more
        cells than columns, whose cells could stand under wrong names.
    """
    lines = _cells(path, name, refusal)
    if not lines:
        raise refusal(f"{name} is empty; write its header row, or take the file away")
    head = [cell.strip().lower() for cell in lines[0][1]]
    if twice := sorted({cell for cell in head if cell and head.count(cell) > 1}):
        raise refusal(f"{name} names the column {twice[0]} twice; keep one of them")
    rows = []
    for line, cells in lines[1:]:
        kept = [cell.strip() for cell in cells]
        if any(cell for place, cell in enumerate(kept) if place >= len(head) or not head[place]):
            raise refusal(f"{name} line {line} has more cells than named columns; put quotes around a cell with commas")
        if any(kept):
            rows.append((kept + [""] * len(head))[: len(head)])
    frame = pd.DataFrame(rows, columns=head, dtype="str")
    return frame.loc[:, [column != "" for column in head]]


def _cells(path: Path, name: str, refusal: type[AnalysisError]) -> list[tuple[int, list[str]]]:
    """Number of the line that ends each row, and its cells."""
    csv.field_size_limit(CELL_CHARACTERS)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        head = text.partition("\n")[0]
        ends = next((sign for sign in ",;\t" if sign in head), ",")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=ends, strict=True)
        return [(reader.line_num, cells) for cells in reader if cells]
    except (UnicodeDecodeError, csv.Error) as error:
        raise refusal(f"{name} cannot be read: {error}; save it as UTF-8 CSV with a header row") from error


def append(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Add rows to a file of judgements; what stands in it is never touched.

    Raises
    ------
    JudgementError
        The file has other columns, or the same in another order: rows would stand under wrong names.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    held = path.read_bytes().decode("utf-8-sig", "replace") if path.is_file() else ""
    if held and tuple(next(csv.reader(held.splitlines()))) != tuple(columns):
        raise JudgementError(f"judgements/{path.name} has other columns than {','.join(columns)}; mend its first line")
    with path.open("a", encoding="utf-8", newline="") as stream:
        if held and not held.endswith("\n"):
            stream.write("\n")
        csv.writer(stream, lineterminator="\n").writerows(rows if held else [columns, *rows])
