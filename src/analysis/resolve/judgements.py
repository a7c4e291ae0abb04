"""What people decided about who is who: append-only, signed, dated; the last word on a pair outranks rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import written
from analysis.errors import JudgementError
from analysis.matter import Matter
from analysis.resolve.rows import each

VERDICTS = ("confirmed", "rejected", "unsure")
COLUMNS = ("identity_a", "identity_b", "verdict", "by", "at", "why")


@dataclass(frozen=True)
class Judgement:
    """One decision: these two are, are not, or may be one person."""

    a: str
    b: str
    verdict: str
    by: str
    at: pd.Timestamp
    why: str
    evidence: str

    @property
    def pair(self) -> tuple[str, str]:
        """The two sides in a fixed order."""
        return min(self.a, self.b), max(self.a, self.b)


def read(matter: Matter, names: Mapping[str, str]) -> list[Judgement]:
    """The judgements in force, one per pair, from every CSV in `judgements/` that has the columns of a merge.

    `names` maps what a judgement may write (identity, person or custodian id) to ids of the tables. Files are read in
    order of name, rows in order; a later row on the same pair undoes an earlier one.

    Raises
    ------
    JudgementError
        A row lacks who, when or a known verdict, or names an unknown identity.
    """
    latest: dict[tuple[str, str], Judgement] = {}
    for path in sorted(matter.place("judgements").glob("*.csv")):
        rows = written.table(path, f"judgements/{path.name}", JudgementError)
        if {"identity_a", "identity_b", "verdict"} <= set(rows.columns):
            for line, row in enumerate(each(rows.reindex(columns=list(COLUMNS), fill_value="")), 2):
                judgement = _parse(row, f"judgements/{path.name} row {line}", names)
                latest.pop(judgement.pair, None)
                latest[judgement.pair] = judgement
    return list(latest.values())


def _parse(row: Any, where: str, names: Mapping[str, str]) -> Judgement:
    fields = {name: str(getattr(row, name)).strip() for name in COLUMNS}
    if fields["verdict"] not in VERDICTS:
        raise JudgementError(f"{where}: verdict {fields['verdict']!r} is unknown; write one of {', '.join(VERDICTS)}")
    if not fields["by"]:
        raise JudgementError(f"{where}: nobody signed it; write who decided in `by`")
    for side in ("identity_a", "identity_b"):
        if fields[side] not in names:
            raise JudgementError(
                f"{where}: {side} {fields[side]!r} is no identity, person or custodian of this matter; "
                "take the ids from the tables `identities` and `people`"
            )
    try:
        at = pd.Timestamp(fields["at"])
    except ValueError as error:
        raise JudgementError(f"{where}: at {fields['at']!r} is no time; write it as 2021-03-01T12:00:00Z") from error
    if pd.isna(at):
        raise JudgementError(f"{where}: it is not dated; write when in `at`")
    at = at.tz_localize("UTC") if at.tzinfo is None else at.tz_convert("UTC")
    a, b = names[fields["identity_a"]], names[fields["identity_b"]]
    return Judgement(a, b, fields["verdict"], fields["by"], at, fields["why"], where)
