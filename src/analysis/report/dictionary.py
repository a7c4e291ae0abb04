"""The data dictionary as a page, made from the same facts as the checks."""

from __future__ import annotations

from analysis.markup import Markup, join, tag
from analysis.report.frame import Entry, coded, table
from analysis.tables import TABLES


def dictionary() -> tuple[Markup, list[Entry]]:
    """Body of the dictionary page, and its sections."""
    parts = [
        tag("h1", "Data dictionary"),
        tag("p", "Every table this report rests on: what a row is, and what each column means.", class_="lead"),
    ]
    for name, facts in TABLES.items():
        rows = [
            [column.name, column.type, column.unit, "yes" if column.null else "", coded(column.meaning)]
            for column in facts.columns
        ]
        parts.append(tag("h2", name, id=name))
        parts.append(tag("p", f"A row is {facts.row}. Key: {', '.join(facts.key)}."))
        parts.append(
            table(
                f"Columns of {name}", ("Column", "Type", "Unit", "May be absent", "Meaning"), rows, hidden_caption=True
            )
        )
    return join(parts), [(name, name) for name in TABLES]
