"""Pages of rows: each roll that numbers are counted from, whole, with a script that shows a selection of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.markup import Markup, join, raw, tag, visible
from analysis.matter import Matter
from analysis.report import ledger
from analysis.report.evidence import Evidence
from analysis.report.frame import ROWS, Frame, table
from analysis.tables import CHANNEL_NAMES

if TYPE_CHECKING:
    from analysis.findings.roll import Roll

FOLDER = "rows"
STYLES = ("plain.css", "tables.css", "rows.css")
IN_FULL = 500  # rows of a list without conversations that stand in the page for those without script
WITHOUT = "Choosing rows needs a script. Without one, look for them in the conversations, files or accounts named here."
AT_MOST = (
    20_000  # rows of one page: with 16 columns some 2 MB, which a phone opens; further rows stand in further parts
)
FEW = 60  # different values of a column that are all told of a part, so that a reader need not open it to find none
OWN = ("accounts", "copies", "events", "questions", "rejects", "sources")
"""Rolls that the index and other pages lead to, whatever the notebooks ask for."""


def rolls(evidence: Evidence, frame: Frame) -> Iterator[tuple[str, str]]:
    """Address and page of every roll asked for, by notebooks in their scope or by pages of the site."""
    labels = _labels(evidence)
    for asked in asked_for(evidence.matter):
        made = data(roll(evidence.matter, asked), asked)
        for number, part in enumerate(made, 1):
            yield address(asked, number), _page(evidence, frame, part, labels, _summary(made, number))


def address(asked: Mapping[str, Any], number: int = 1) -> str:
    """Where a roll's page stands, and those of its further parts."""
    return f"{FOLDER}/{asked['roll']}{asked['mark']}{f'-{number}' if number > 1 else ''}.html"


def asked_for(matter: Matter) -> list[dict[str, Any]]:
    """Each roll asked for, once: `roll`, `mark`, and the scope it is of."""
    from analysis.findings.tallies import scope

    own = [{"roll": name, "mark": "", **scope(matter)} for name in OWN]
    every = {address(piece): piece for _, _, piece in ledger.pieces(matter, "roll")}
    return [piece for _, piece in sorted(({address(piece): piece for piece in own} | every).items())]


def roll(matter: Matter, asked: Mapping[str, Any]) -> Roll:
    """A roll, made from the tables in the scope it is asked for."""
    from analysis.findings.roll import Roll
    from analysis.findings.rolls import ROLLS

    since, until = (datetime.fromisoformat(asked[name]) for name in ("since", "until"))
    looked = replace(matter.scope, since=since, until=until, channels=tuple(asked["channels"]))
    return Roll.of(ROLLS[asked["roll"]](matter.but(scope=looked)))


def data(made: Roll, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each page of a roll holds: `size`, `columns`, the scope."""
    return [
        {**asked, "size": part.size, "columns": {name: one.written() for name, one in part.columns.items()}}
        for part in made.parts(AT_MOST)
    ]


def _summary(made: Sequence[Mapping[str, Any]], here: int) -> dict[str, Any]:
    """For a roll in parts: which this is, and of each its address, rows, and values by column, or the ends of many."""
    if len(made) == 1:
        return {}
    parts = [
        {
            "href": address(part, number).rpartition("/")[2],
            "size": part["size"],
            "held": {
                name: one["values"] if len(one["values"]) <= FEW else [one["values"][0], one["values"][-1], None]
                for name, one in part["columns"].items()
            },
        }
        for number, part in enumerate(made, 1)
    ]
    return {"here": here, "parts": parts}


def read(page: str) -> dict[str, Any]:
    """What a roll's page holds, from its text."""
    start, end = '<script type="application/json">', "</script>"
    return dict(json.loads(page.partition(start)[2].partition(end)[0]))


def _labels(evidence: Evidence) -> dict[str, str]:
    named = {key: str(row["raw"] or row["normal"]) for key, row in evidence.identities.items()}
    named |= {key: str(row["path"]) for key, row in evidence.sources.items()}
    named |= {row["account_id"]: str(row["address"]) for row in evidence.matter.store.arrow("accounts").to_pylist()}
    named |= {key: evidence.thread_title(key) for key in evidence.threads}
    named |= CHANNEL_NAMES
    return named | evidence.custodians | {key: str(row["label"]) for key, row in evidence.people.items()}


def _page(
    evidence: Evidence, frame: Frame, made: dict[str, Any], labels: Mapping[str, str], summary: Mapping[str, Any]
) -> str:
    from analysis.findings.tallies import facts

    told = facts()["rolls"][made["roll"]]
    for name in ("thread_id", "channel", "account_channel", *told.get("named", ())):
        if name in made["columns"]:
            column = made["columns"][name]
            column["labels"] = [visible(labels.get(value, value)) for value in column["values"]]
    aside = ["message_id", "official_message_id", "account_id", *told.get("aside", ())]
    made = {**made, "title": told["title"], "opens": told.get("opens", ""), "aside": aside, **summary}
    code = json.dumps(made, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":
        code = code.replace(sign, f"\\u{ord(sign):04x}")
    block = raw(f'<script type="application/json">{code}</script>')
    note = f"A row is {told['a_row_is']}. Times are UTC unless a column says otherwise."
    said = [tag("code", part) if place % 2 else part for place, part in enumerate(note.split("`"))]
    head = join(tag("h1", told["title"]), tag("p", said, class_="lead"))
    body = join(head, _ways(summary), raw(ROWS), _still(evidence, made), block, raw("</div>"))
    return frame.page(told["title"], body, address(made, summary.get("here", 1)), styles=STYLES)


def _ways(summary: Mapping[str, Any]) -> Markup:
    """To the other parts; with script, those that can hold rows of the selection are named instead."""
    if not summary:
        return join()
    ways = [
        tag("a", f"{number}", href=part["href"], aria_current="page" if number == summary["here"] else None)
        for number, part in enumerate(summary["parts"], 1)
    ]
    total = sum(part["size"] for part in summary["parts"])
    said = f"Part {summary['here']} of {len(ways)}, {total:,} rows in all; counts on this page are of this part. Parts:"
    return tag("nav", tag("p", said), tag("ol", [tag("li", way) for way in ways]), class_="parts", aria_label="Parts")


def _still(evidence: Evidence, made: Mapping[str, Any]) -> Markup:
    """For readers without script: how to find a row, and the rows by conversation, or whole where they are few."""
    from analysis.findings.roll import Column

    columns = {name: Column.read(column) for name, column in made["columns"].items()}
    said = tag("noscript", tag("p", WITHOUT))
    if "thread_id" in columns:
        shown = _by_thread(evidence, columns["thread_id"])
    elif made["size"] <= IN_FULL and all(column.sizes is None for column in columns.values()):
        cells = [[column.values[place] for place in column.places] for column in columns.values()]
        shown = table(
            "All rows", list(columns), [[tag("bdi", cell) for cell in row] for row in zip(*cells, strict=True)]
        )
    else:
        ways = [
            tag("a", text, href=f"../{to}") for to, text in (("sources.html", "Files"), ("accounts.html", "Accounts"))
        ]
        shown = tag("p", ways[0], ", ", ways[1])
    return tag("div", said, tag("details", tag("summary", "All rows, without choosing"), shown), class_="still")


def _by_thread(evidence: Evidence, column: Any) -> Markup:
    counts = dict(zip(column.values, np.bincount(column.places, minlength=len(column.values)).tolist(), strict=True))
    ways = [
        [tag("a", tag("bdi", evidence.thread_title(key)), href=f"../threads/{key}.html"), f"{n:,}"]
        for key, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if key
    ]
    return table("Rows by conversation", ("Conversation", "Rows"), ways)
