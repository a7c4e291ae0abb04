"""Pages of rows: each roll that numbers are counted from, whole, with a script that shows a selection of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from analysis.markup import Markup, join, raw, tag, visible
from analysis.matter import Matter
from analysis.report import ledger
from analysis.report.evidence import Evidence
from analysis.report.frame import ROWS, Frame, table
from analysis.tables import CHANNEL_NAMES

FOLDER = "rows"
STYLES = ("plain.css", "tables.css", "rows.css")
IN_FULL = 500  # rows of a list without conversations that stand in the page for those without script
WITHOUT = "Choosing rows needs a script. Without one, look for them in the conversations, files or accounts named here."
OWN = ("accounts", "copies", "rejects", "sources")
"""Rolls that the index and other pages lead to, whatever the notebooks ask for."""


def rolls(evidence: Evidence, frame: Frame) -> Iterator[tuple[str, str]]:
    """Address and page of every roll asked for, by notebooks in their scope or by pages of the site."""
    labels = _labels(evidence)
    for asked in asked_for(evidence.matter):
        page = _page(evidence, frame, asked, labels)
        yield address(asked), page


def address(asked: Mapping[str, Any]) -> str:
    """Where a roll's page stands."""
    return f"{FOLDER}/{asked['roll']}{asked['mark']}.html"


def asked_for(matter: Matter) -> list[dict[str, Any]]:
    """Each roll asked for, once: `roll`, `mark`, and the scope it is of."""
    from analysis.findings.tallies import scope

    own = [{"roll": name, "mark": "", **scope(matter)} for name in OWN]
    every = {address(piece): piece for _, _, piece in ledger.pieces(matter, "roll")}
    return [piece for _, piece in sorted(({address(piece): piece for piece in own} | every).items())]


def data(matter: Matter, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a roll's page holds, made from the tables: `size`, `columns`, the scope."""
    from analysis.findings.roll import Roll
    from analysis.findings.rolls import ROLLS

    since, until = (datetime.fromisoformat(asked[name]) for name in ("since", "until"))
    looked = replace(matter.scope, since=since, until=until, channels=tuple(asked["channels"]))
    roll = Roll.of(ROLLS[asked["roll"]](matter.but(scope=looked)))
    return {**asked, "size": roll.size, "columns": {name: one.written() for name, one in roll.columns.items()}}


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


def _page(evidence: Evidence, frame: Frame, asked: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    from analysis.findings.tallies import facts

    told = facts()["rolls"][asked["roll"]]
    made = data(evidence.matter, asked)
    for name in ("thread_id", "channel", *told.get("named", ())):
        if name in made["columns"]:
            column = made["columns"][name]
            column["labels"] = [visible(labels.get(value, value)) for value in column["values"]]
    aside = ["message_id", "official_message_id", "account_id", *told.get("aside", ())]
    made |= {"title": told["title"], "opens": told.get("opens", ""), "aside": aside}
    code = json.dumps(made, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":
        code = code.replace(sign, f"\\u{ord(sign):04x}")
    block = raw(f'<script type="application/json">{code}</script>')
    note = f"A row is {told['a_row_is']}. Times are UTC unless a column says otherwise."
    said = [tag("code", part) if place % 2 else part for place, part in enumerate(note.split("`"))]
    head = join(tag("h1", told["title"]), tag("p", said, class_="lead"))
    body = join(head, raw(ROWS), _still(evidence, made), block, raw("</div>"))
    return frame.page(told["title"], body, address(asked), styles=STYLES)


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
