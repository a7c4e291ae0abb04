"""A coded batch comes back: checked row by row, then appended to the judgements, whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from analysis import written
from analysis.errors import JudgementError
from analysis.review.order import LEAST, normal
from analysis.review.population import population
from analysis.review.sheets import read, seal, shown
from analysis.sensitivity import judgements

if TYPE_CHECKING:
    from analysis.matter import Matter

SAID_MOST = 5
"""Faults named in one refusal; the rest are counted."""


class Applied(NamedTuple):
    """What came of a returned batch: judgements recorded, decisions passed to exact copies, rows left blank."""

    n_judged: int
    n_copies: int
    n_blank: int

    def __str__(self) -> str:
        return (
            f"{self.n_judged} judgements recorded, {self.n_copies} more on exact copies of the same text "
            f"(nothing else is decided by likeness), {self.n_blank} rows were left blank"
        )


def apply(matter: Matter, path: Path, coder: str = "") -> Applied:
    """Record what a returned sheet says, in `judgements/labels.csv`.

    `coder` signs rows whose own cell is blank. A decision is passed on to messages with exactly the same text (white
    space apart, `LEAST` letters or more) that nobody has judged, as a row of its own with design `copy`.

    Raises
    ------
    JudgementError
        A message, verdict, coder or text is not what the batch said; nothing is recorded then.
    """
    sheet = read(path)
    filled = sheet[sheet["label"].str.strip() != ""].copy()
    filled["label"] = filled["label"].str.strip().str.lower()
    filled["coder"] = filled["coder"].str.strip().where(filled["coder"].str.strip() != "", coder)
    rows = population(matter)
    _refuse(filled, rows.set_index("message_id")["text"], path.name)
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    judged = filled.assign(at=at)[list(judgements.COLUMNS)]
    copies = _copies(judged, rows)
    both = [*judged.itertuples(index=False, name=None), *copies]
    written.append(matter.place("judgements") / judgements.FILE, judgements.COLUMNS, both)
    return Applied(len(judged), len(copies), len(sheet) - len(filled))


def check(matter: Matter, sheet: pd.DataFrame, name: str) -> None:
    """Refuse a sheet that is not one of this matter's batches, as `apply` does."""
    _refuse(sheet, population(matter).set_index("message_id")["text"], name)


def _refuse(filled: pd.DataFrame, texts: pd.Series, name: str) -> None:
    """Raise with the first faults, by row of the sheet."""
    own = filled["message_id"].map(texts).map(shown, na_action="ignore")
    known = own.notna()
    same = [normal(str(one)) == normal(two) for one, two in zip(own, filled["text"], strict=True)]
    sealed = pd.Series(seal(filled, own.fillna("")), filled.index) == filled["seal"]
    asked = zip(filled["scheme"], filled["label"], strict=True)
    allowed = [label in judgements.VERDICTS.get(scheme, ()) for scheme, label in asked]
    checks = {
        "no such message in this matter and scope": known,
        "the text was edited; send back the sheet as it was drawn": ~known | pd.Series(same, filled.index),
        "a column other than label, why and coder was edited": ~known | sealed,
        "unknown verdict; write " + ", ".join(judgements.VERDICTS["business"]): pd.Series(allowed, filled.index),
        "nobody signed it; fill `coder`, or give --coder NAME": filled["coder"] != "",
        "judged twice by one coder in this sheet": ~filled.duplicated(["message_id", "coder"]),
    }
    faults = [(row + 2, said) for said, good in checks.items() for row in filled.index[~good.astype(bool)]]
    if faults:
        named = "; ".join(f"row {row}: {said}" for row, said in sorted(faults)[:SAID_MOST])
        more = f"; and {len(faults) - SAID_MOST} more" if len(faults) > SAID_MOST else ""
        raise JudgementError(f"{name} was not applied, nothing is recorded: {named}{more}")


def _copies(judged: pd.DataFrame, rows: pd.DataFrame) -> list[tuple[str, ...]]:
    """Rows for unjudged messages whose text is exactly that of a judged one; texts judged both ways pass nothing on."""
    even = rows.set_index("message_id")["text"].map(normal)
    even = even[even.str.len() >= LEAST]
    said = judged.assign(text=judged["message_id"].map(even)).dropna(subset="text")
    said = said[(said["label"] != judgements.UNSURE) & (said["design"] != judgements.CONTROL)]  # which teaches nothing
    said = said[said.groupby(["text", "coder"])["label"].transform("nunique") == 1].drop_duplicates(["text", "coder"])
    free = even[even.index.isin(rows.loc[~rows["judged"], "message_id"]) & ~even.index.isin(judged["message_id"])]
    twins = free.rename("text").reset_index().merge(said, on="text", suffixes=("", "_judged"))
    twins = twins.assign(why="same text as " + twins["message_id_judged"], design="copy", stratum="", chance="")
    return list(twins[list(judgements.COLUMNS)].itertuples(index=False, name=None))
