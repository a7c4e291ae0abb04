"""What can be read, as a table for people: made from the readers' own declarations."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.intake.records import Reader

HEAD = """# Formats

Made by `offchannel tables --formats` from what each reader declares; a test keeps this page equal. A file is recognised
by its content, never by its name alone; what no reader takes is listed as unsupported, with its detected type.
"""
COLUMNS = ("reader", "format", "what is read", "what cannot be known", "tested on")


def page(readers: Mapping[str, Reader]) -> str:
    """A Markdown table with a row a reader: format, what is read, what cannot be known, on what it was tested."""
    rows = [
        (reader.name, reader.formats, reader.yields, reader.cannot_know, reader.tested) for reader in readers.values()
    ]
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows]
    return (
        HEAD + "\n" + "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines) + "\n"
    )
