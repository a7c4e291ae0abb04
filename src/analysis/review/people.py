"""Doubts about who is who, for people to settle: out as a sheet, back as signed judgements."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ParameterError
from analysis.resolve import doubts
from analysis.resolve.doubts import apply as append
from analysis.resolve.judgements import VERDICTS
from analysis.review.sheets import read, shown, write

if TYPE_CHECKING:
    from analysis.matter import Matter

REGISTER = "merges.csv"
COLUMNS = ("identity_a", "identity_b", "who_a", "who_b", "rule", "score", "shown_by", "evidence", "gain", "verdict",
           "why", "by", "at")  # fmt: skip


def batch(matter: Matter, n: int) -> list[Path]:
    """Write the n doubts most worth an answer under `review/` of the results, as XLSX and CSV; gives the two paths.

    `verdict` is to be filled with confirmed, rejected or unsure, `by` with who decides, `at` with when (or left blank).

    Raises
    ------
    ParameterError
        Nothing is in doubt.
    """
    tables = [matter.store.read(name) for name in ("identities", "people", "merges")]
    open_ = doubts(*tables).head(n)
    if open_.empty:
        raise ParameterError("no two handles are in doubt: there is nothing to review about people")
    labels = tables[0].set_index("identity_id")["raw"].to_dict()
    labels |= tables[1].set_index("person_id")["label"].to_dict()
    sheet = open_.rename(columns={"why": "shown_by"})
    for side in ("a", "b"):
        sheet[f"who_{side}"] = [shown(str(labels.get(one, one))) for one in sheet[f"identity_{side}"]]
    sheet = sheet.reindex(columns=list(COLUMNS)).astype("str").replace("nan", "").fillna("")
    folder = matter.out / "review"
    taken = [int(found[1]) for path in folder.glob("people-P*.xlsx") if (found := re.search(r"P(\d+)$", path.stem))]
    paths = [folder / f"people-P{max(taken, default=0) + 1:03d}.{end}" for end in ("xlsx", "csv")]
    write(sheet, paths, "verdict", VERDICTS)
    return paths


def apply(matter: Matter, path: Path, coder: str = "") -> int:
    """Append the answers of a returned sheet to `judgements/merges.csv`; gives how many. They outrank every score.

    Raises
    ------
    JudgementError
        The sheet cannot be read, or an answer is unknown or unsigned; nothing is written then.
    """
    sheet = read(path, COLUMNS)
    sheet["by"] = sheet["by"].where(sheet["by"] != "", coder)
    sheet["at"] = sheet["at"].where(sheet["at"] != "", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return append(sheet, matter.place("judgements") / REGISTER)
