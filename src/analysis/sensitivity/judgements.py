"""What people decided about messages: `judgements/labels.csv`, append-only, signed, dated; it outranks every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import written
from analysis.errors import JudgementError

if TYPE_CHECKING:
    from analysis.matter import Matter

FILE = "labels.csv"
COLUMNS = ("batch", "message_id", "scheme", "label", "coder", "at", "why", "design", "stratum", "chance")
NEEDED = ("message_id", "scheme", "label", "coder", "at")
UNSURE, CONTROL = "unsure", "control"
"""A verdict that decides nothing; the design of a random sample that teaches no model, so that it can judge them."""
VERDICTS = {"business": ("business", "personal", UNSURE)}
"""What may be said in a scheme; in any other, any word. `unsure` is kept, and labels nothing."""


def read(matter: Matter) -> pd.DataFrame:
    """A row is a judgement in force: `COLUMNS`, one a message, scheme and coder (the coder's last).

    `chance` is how likely the message was to be drawn (NaN: not drawn at random, so no basis for an estimate).

    Raises
    ------
    JudgementError
        A row lacks message, scheme, label, coder or time, or its label, time or chance cannot be read.
    """
    path = matter.place("judgements") / FILE
    if not path.is_file():
        return _typed(pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS}))
    rows = written.table(path, f"judgements/{FILE}", JudgementError).reindex(columns=list(COLUMNS), fill_value="")
    _check(rows, f"judgements/{FILE}")
    return _typed(rows.drop_duplicates(["message_id", "scheme", "coder"], keep="last"))


def _check(rows: pd.DataFrame, where: str) -> None:
    """Refuse the first row that cannot stand, by its line."""
    times = pd.to_datetime(rows["at"], utc=True, format="ISO8601", errors="coerce")
    chances = pd.to_numeric(rows["chance"], errors="coerce")
    said = zip(rows.scheme, rows.label, strict=True)
    wrong_label = [label not in VERDICTS.get(scheme, (label,)) for scheme, label in said]
    faults = {
        f"{' or '.join(NEEDED)} is empty; write who decided what, and when": (rows[list(NEEDED)] == "").any(axis=1),
        "at is no time; write it as 2021-03-01T12:00:00Z": times.isna(),
        f"the label is unknown; write one of {', '.join(VERDICTS['business'])}": pd.Series(wrong_label, rows.index),
        "chance is no share above 0 and up to 1; leave what the batch file says": (rows["chance"] != "")
        & ~((chances > 0) & (chances <= 1)),
    }
    for fault, bad in faults.items():
        if bad.any():
            raise JudgementError(f"{where} row {int(bad.to_numpy().argmax()) + 2}: {fault}")


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    times = pd.to_datetime(rows["at"], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    return rows.assign(at=times, chance=pd.to_numeric(rows["chance"])).reset_index(drop=True)


def verdicts(judged: pd.DataFrame, scheme: str) -> pd.Series:
    """What the coders of a scheme agree on, by message: the label most of them gave; where none leads, nothing.

    Index `message_id`, name `label`. Disagreement is settled by one more coder, never by the order of rows.
    """
    said = judged[(judged["scheme"] == scheme) & (judged["label"] != UNSURE)]
    votes = said.groupby(["message_id", "label"]).size().rename("votes").reset_index()
    votes = votes[votes["votes"] == votes.groupby("message_id")["votes"].transform("max")]
    agreed = votes.drop_duplicates("message_id", keep=False)
    return agreed.set_index("message_id")["label"]
