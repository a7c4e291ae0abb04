"""The proof of cleanliness: everything withheld, in every form, searched for in every file of the edition.

Files are read as a reader's computer could: text with its entities, the text inside embedded pictures, attributes, alt
text, metadata of pictures, members of archives. Bodies of messages that were not published are searched for as runs of
eight words. What cannot be opened counts as a hit. It cannot see text within a bitmap; the edition holds none.
"""

from __future__ import annotations

import base64
import binascii
import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.matter import Matter
from analysis.report.publication.withheld import Withheld, words

_EMBEDDED = re.compile(r"data:[\w/+.-]+;base64,([A-Za-z0-9+/=\s]+)")
TEXTS = frozenset({".html", ".json", ".jsonl", ".txt", ".svg", ".csv", ".md", ".css", ".js"})
RUN = 8  # words of an unpublished message in a row that are no coincidence


@dataclass(frozen=True)
class Hit:
    """Something withheld that stands in the edition: which file, where, by which rule; never the text itself."""

    file: str
    place: str
    rule: str

    def __str__(self) -> str:
        return f"{self.file} at {self.place}: {self.rule}"


def search(folder: Path, withheld: Withheld, runs: frozenset[tuple[str, ...]] = frozenset()) -> list[Hit]:
    """Every hit in every file below a folder.

    Parameters
    ----------
    withheld
        What may not stand there.
    runs
        Runs of `RUN` words from messages that are not published (`unpublished` makes them).
    """
    hits = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        for place, text in [("name", name), *_texts(path.suffix, path.read_bytes())]:
            hits += [Hit(name, f"{place} {match.start}", match.rule) for match in withheld.find(text)]
            hits += [Hit(name, f"{place} word {n}", "message not published") for n in _runs(text, runs)]
    return hits


def unpublished(matter: Matter, published: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Runs of words of every message body, without those that stand in texts of the edition's own."""
    known = {run for text in published for run in _every_run(words(text))}
    bodies = matter.store.read("messages", ["body"])["body"].dropna()
    return frozenset(run for body in bodies for run in _every_run(words(body))) - known


def _every_run(read: list[str]) -> Iterator[tuple[str, ...]]:
    for start in range(len(read) - RUN + 1):
        yield tuple(read[start : start + RUN])


def _runs(text: str, runs: frozenset[tuple[str, ...]]) -> Iterator[int]:
    if runs:
        yield from (n for n, run in enumerate(_every_run(words(text))) if run in runs)


def _texts(suffix: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Everything readable in a file: where it stands, and the text."""
    if suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            for member in bundle.namelist():
                yield f"member {member}", member
                for place, text in _texts(Path(member).suffix, bundle.read(member)):
                    yield f"member {member} {place}", text
        return
    text = data.decode("utf-8", "replace") if suffix in TEXTS else _printable(data)
    yield "character", html.unescape(_EMBEDDED.sub(" ", text))
    for n, match in enumerate(_EMBEDDED.finditer(text), 1):
        try:
            inner = base64.b64decode("".join(match[1].split()), validate=True)
        except binascii.Error:
            inner = match[1].encode()
        kind = ".svg" if b"<svg" in inner[:2000] else ""
        for place, found in _texts(kind, inner):
            yield f"embedded {n} {place}", found


def _printable(data: bytes) -> str:
    """Runs of text in bytes of another kind, in UTF-8 and in UTF-16."""
    return data.decode("latin-1") + "\n" + data.decode("utf-16-le", "replace")
