"""What notebooks recorded: findings and exhibits, one JSON file each in `work/ledger/<notebook>/`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError, EvidenceError
from analysis.findings.ledger import evidence_page
from analysis.findings.questions import natural
from analysis.matter import Matter
from analysis.store import write_text
from analysis.tables import OUTCOMES, TABLES

FILE = "findings.jsonl"
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
KINDS = ("messages", "accounts", "sources", "absences")


@dataclass(frozen=True)
class Exhibit:
    """Rows that stand behind a number: `ids` of `kind` (messages, accounts, sources, absences) under a title."""

    slug: str
    title: str
    note: str
    kind: str
    ids: tuple[str, ...]
    notebook: str

    @property
    def address(self) -> str:
        """Its page, from the report's folder."""
        return f"exhibits/{self.slug}.html"


def pieces(matter: Matter, kind: str) -> Iterable[tuple[str, Path, dict[str, Any]]]:
    """Notebook, file and content of every piece of a kind (`finding`, `exhibit`), in a stable order."""
    for path in sorted((matter.work / "ledger").glob(f"*/{kind}_*.json")):
        try:
            yield path.parent.name, path, dict(json.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise AnalysisError(
                f"ledger piece {path.parent.name}/{path.name} is not JSON ({error}); run again"
            ) from error


def findings(matter: Matter) -> list[dict[str, Any]]:
    """Findings as rows of the table `findings`, F2 before F10.

    Raises
    ------
    AnalysisError
        Two notebooks recorded one id, or an outcome is not one of the four.
    """
    rows: dict[str, dict[str, Any]] = {}
    for notebook, path, piece in pieces(matter, "finding"):
        row = {column.name: piece.get(column.name, _blank(column.type)) for column in TABLES["findings"].columns}
        name = str(row["finding_id"])
        if name in rows:
            raise AnalysisError(
                f"finding {name} is recorded twice, by {rows[name]['notebook']} and {notebook}; keep one"
            )
        if row["outcome"] not in OUTCOMES:
            raise AnalysisError(
                f"finding {name} ({path.name}): outcome is {row['outcome']!r}, not {', '.join(OUTCOMES)}"
            )
        row["notebook"] = row["notebook"] or notebook
        row["anchor"] = row["anchor"] or f"{notebook}.html#{name}"
        row["evidence"] = [str(identifier) for identifier in row["evidence"] or ()]
        rows[name] = row
    return sorted(rows.values(), key=lambda row: natural(str(row["finding_id"])))


def _blank(kind: str) -> object:
    return [] if kind == "texts" else "" if kind == "text" else None


def called(notebook: str) -> str:
    """A notebook's name as a reader sees it: `10_volume` is Volume."""
    return notebook.partition("_")[2].replace("_", " ").capitalize() or notebook


def exhibits(matter: Matter) -> list[Exhibit]:
    """Exhibits that notebooks registered, by slug.

    Raises
    ------
    AnalysisError
        A slug is not a plain file name, or two different exhibits share one.
    """
    found: dict[str, Exhibit] = {}
    for notebook, _, piece in pieces(matter, "exhibit"):
        exhibit = _exhibit(piece, notebook)
        if found.setdefault(exhibit.slug, exhibit).ids != exhibit.ids:
            raise AnalysisError(f"exhibit {exhibit.slug} of {notebook} has the name of another; give it its own")
    return [found[slug] for slug in sorted(found)]


def _exhibit(piece: dict[str, Any], notebook: str) -> Exhibit:
    slug = str(piece.get("slug", ""))
    if not SLUG.match(slug):
        raise AnalysisError(f"an exhibit of {notebook} is called {slug!r}; use letters, digits, dots and dashes")
    kind = str(piece.get("kind") or piece.get("rows") or "messages")
    if kind not in KINDS:
        raise AnalysisError(f"exhibit {slug} of {notebook} shows {kind!r}; it can show {', '.join(KINDS)}")
    ids = piece.get("message_ids") if piece.get("message_ids") is not None else piece.get("ids", ())
    title, note = str(piece.get("title") or slug), str(piece.get("note") or "")
    return Exhibit(slug, title, note, kind, tuple(dict.fromkeys(str(identifier) for identifier in ids or ())), notebook)


def of_finding(row: Mapping[str, Any]) -> str:
    """Address of the page of a finding's evidence; of a finding without any, the place where it was recorded."""
    if not row["evidence"]:
        return str(row["anchor"])
    return evidence_page(str(row["finding_id"]))


def shows(matter: Matter) -> dict[str, str]:
    """What kind of rows the evidence of each finding names, where its notebook said so."""
    return {
        str(piece["finding_id"]): str(piece["shows"]) for _, _, piece in pieces(matter, "finding") if "shows" in piece
    }


def write(matter: Matter, rows: list[dict[str, Any]]) -> None:
    """Write the findings as table and as `findings.jsonl`."""
    matter.store.write("findings", rows)
    lines = (json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    write_text(matter.out / FILE, "".join(lines))


def recorded(matter: Matter) -> list[dict[str, Any]]:
    """Findings as the report was published with them.

    Raises
    ------
    EvidenceError
        They are missing, or cannot be read.
    """
    path = matter.out / FILE
    try:
        return [dict(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{path.name} of {matter.id} cannot be read ({error}); make the report again") from error


def prune(matter: Matter, names: Iterable[str]) -> None:
    """Forget what notebooks recorded that no longer exist."""
    kept = set(names)
    for folder in sorted((matter.work / "ledger").glob("[0-9][0-9]_*")):
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder)
