"""How the numbers of a table are counted from a roll, as `tallies.toml` says, and so where each of its cells leads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import SchemaError
from analysis.findings.roll import COUNT, MEASURE, Pairs, address, text
from analysis.parameters import parse_scope, parse_zone
from analysis.store import make_id, write_json

if TYPE_CHECKING:
    import pandas as pd

    from analysis.matter import Matter

FOLDER = "rows"
ANY = "*"
"""Stands for the name of any column without a rule of its own."""
_SAID = re.compile(rf"(?P<measure>{MEASURE.pattern})(?: of (?P<roll>\w+))?(?: where (?P<where>.+))?")
_KEY = re.compile(r"(\w+)(=|!=|>=|<=|>|<|\?=)(.*)")
BLANK = "?="
"""A key with this sign is left out where its value is blank: a row for everybody."""
_PLACE = re.compile(r"\{(\w+)\}")


@cache
def facts() -> Mapping[str, Any]:
    """`tallies.toml`: `rolls`, and for each notebook its tables."""
    return tomllib.loads(Path(__file__).with_name("tallies.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Tally:
    """How one table is counted: by which keys a row's rows are found, and what each column counts of them.

    `row` names whole numbers that are of the row and count nothing by themselves (a limit, the size of a model);
    fractions without a count always are. They have the row's own rows as evidence. `work`: how a number follows from
    the others of its row, as arithmetic (`findings.arithmetic`). `n`: what the whole table or picture is of.
    """

    roll: str
    by: tuple[tuple[str, str], ...]
    count: Mapping[str, str]
    row: tuple[str, ...] = ()
    work: Mapping[str, str] = field(default_factory=dict)
    n: str = "rows"
    mark: str = ""  # tells rolls of different scopes apart

    def keys(self) -> list[str]:
        """Columns of the table that find rows."""
        return [
            name for text in (*(value for _, value in self.by), *self.count.values()) for name in _PLACE.findall(text)
        ]

    def counts(self, column: str) -> str:
        """What a column counts; nothing, when it is of the row."""
        if column in self.row or column in self.work:
            return ""
        return self.count.get(column) or self.count.get(ANY, "").replace(ANY, column)

    def opens(self, row: Mapping[str, Any], column: str = "") -> str | None:
        """Where a cell leads, or without a column the heading of its row; None: the cell is of the row."""
        if not column:
            return self._address(self.roll, _filled(self.by, row))
        said = _SAID.fullmatch(self.counts(column))
        return self._counted(said, row, self.by) if said else None

    def of(self, **row: str) -> Tally:
        """The tally of one thing: values for the places in `n`."""
        return replace(self, n=_PLACE.sub(lambda place: row[place[1]], self.n))

    def whole(self) -> str:
        """Where the number leads that the whole table or picture is of."""
        said = _SAID.fullmatch(self.n)
        return self._counted(said, {}, ()) if said else ""

    def _counted(self, said: re.Match[str], row: Mapping[str, Any], by: Pairs) -> str:
        own = by if not said["roll"] else ()
        pairs = [*_filled(own, row), *_filled(_pairs(said["where"] or ""), row)]
        if said["measure"] != "rows":
            pairs.append((COUNT, said["measure"]))
        return self._address(said["roll"] or self.roll, pairs)

    def _address(self, roll: str, pairs: Pairs) -> str:
        return address(f"{FOLDER}/{roll}{self.mark}.html", pairs)


def _pairs(where: str) -> tuple[tuple[str, str], ...]:
    """`a=1 & b>=2` as keys with signs, and values."""
    parts = [_KEY.fullmatch(part.strip()) for part in where.split(" & ")] if where else []
    return tuple((part[1] + (part[2] if part[2] != "=" else ""), part[3]) for part in parts if part)


def _filled(pairs: Pairs, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    made = [(key, _PLACE.sub(lambda place: text(row[place[1]]), value)) for key, value in pairs]
    return [(key.removesuffix(BLANK), value) for key, value in made if value or not key.endswith(BLANK)]


def tally(notebook: str, name: str) -> Tally:
    """A table's tally as written in `tallies.toml`.

    Raises
    ------
    SchemaError
        Nothing is written of this table, or what is written cannot be read.
    """
    said = facts().get(notebook, {}).get(name)
    if said is None:
        raise SchemaError(f"tallies.toml says nothing of {notebook}.{name}; say what its numbers are counted from")
    rules = [*said.get("count", {}).values(), said.get("n", "rows")]
    wrong = [rule for rule in rules if not _SAID.fullmatch(rule.replace(ANY, "x"))]
    if wrong:
        raise SchemaError(f"tallies.toml, {notebook}.{name}: {wrong[0]!r} is not `rows`, `distinct x` or `sum x`")
    return Tally(
        said["of"], _pairs(said.get("by", "")), said.get("count", {}), tuple(said.get("row", ())), said.get("work", {}),
        said.get("n", "rows"),
    )  # fmt: skip


def rows(matter: Matter, notebook: str, name: str) -> Tally:
    """The tally of a notebook's table, its rolls noted down for the report to write.

    Raises
    ------
    SchemaError
        As `tally`.
    """
    made = replace(tally(notebook, name), mark=_mark(matter))
    others = [_SAID.fullmatch(rule.replace(ANY, "x")) for rule in made.count.values()]
    for roll in sorted({made.roll, *(other["roll"] for other in others if other and other["roll"])}):
        asked = {"roll": roll, "mark": made.mark, **scope(matter)}
        write_json(matter.work / "ledger" / notebook / f"roll_{roll}{made.mark}.json", asked)
    return made


def scope(matter: Matter) -> dict[str, Any]:
    """The part of the matter that is looked at, as text."""
    looked = matter.scope
    return {"since": looked.since.isoformat(), "until": looked.until.isoformat(), "channels": list(looked.channels)}


def _mark(matter: Matter) -> str:
    """Nothing for the whole matter; else a few letters that name the scope."""
    whole = parse_scope({}, matter.first_on, matter.last_on, parse_zone(matter.zone))
    looked = scope(matter)
    same = looked == scope(replace(matter, scope=whole))
    return "" if same else "-" + make_id(*map(str, looked.values()))[:6]


def labelled(frame: pd.DataFrame, names: Mapping[str, str], columns: list[str]) -> pd.DataFrame:
    """The frame with labels in place of ids in these columns."""
    return frame.assign(**{one: [names.get(cell, cell) for cell in frame[one]] for one in columns if one in frame})
