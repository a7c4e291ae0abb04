"""Department policy against baseline clauses: versions in force, and a first coding by rule with quote and place.

The rule looks, paragraph by paragraph, for the terms of a clause and for words that weaken or deny it. It is a first
coder only: what people decided (`judgements/policy.csv`) outranks it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import written
from analysis.errors import EvidenceError, JudgementError
from analysis.records import periods

STATES = ("satisfied", "partial", "absent", "contradicts")
JUDGED = ("clause_id", "policy", "coder", "state", "quote", "why", "at")
TEXTS = (".md", ".txt")
MOST, SOME = 0.99, 0.6
"""Share of a clause's terms in one paragraph that counts as saying it (all), or part of it (more than half)."""
HEAD = 600
"""Characters at the beginning of a policy in which its date may stand."""
_ADVICE = "write a list of clauses with id and text"
_NUMBERED = re.compile(r"^\s*(?:[-*•]|\(?\d{1,3}(?:\.\d+)*[.)]?|\(?[a-z][.)])\s+")
_TERM = re.compile(r"[a-z][a-z-]{3,}")


@dataclass(frozen=True)
class Version:
    """A policy of the department and the days it was in force; `to_on` absent: to the end."""

    name: str
    text: str
    from_on: date | None
    to_on: date | None
    basis: str


def clauses(folder: Path, region: str) -> pd.DataFrame:
    """A row is a requirement of a pack.

    `clause_id`, `pack`, `title` (of the pack), `text`, `verified`, `terms`, `measure`, `from_on`, `to_on`, `shape`. The
    matter's own `clauses.yml`, filled up by id from the packs that come with the package; without one, the
    packs of the region. `shape` is `requires`, `prohibits` or `permits`.
    """
    shipped = {row["id"]: row for path in _packs() for row in _entries(path)}
    own = folder / "clauses.yml"
    rows = _entries(own) if own.is_file() else [row for row in shipped.values() if row.get("region") in (region, None)]
    made = [_clause(row, shipped.get(row["id"], {})) for row in rows]
    columns = ["clause_id", "pack", "title", "text", "verified", "terms", "measure", "from_on", "to_on", "shape"]
    return pd.DataFrame(made, columns=columns).astype({"verified": bool})


def _packs() -> list[Path]:
    return sorted((Path(__file__).parent / "clauses").glob("*.yml"))


def _entries(path: Path) -> list[dict[Any, Any]]:
    """Clauses of a file: a list, a mapping of ids, or a pack with `clauses`; what the pack says holds for each."""
    import yaml

    try:
        held = yaml.safe_load(path.read_text(encoding="utf-8-sig")) or []
    except (yaml.YAMLError, ValueError) as error:
        raise EvidenceError(f"{path.name} cannot be read as YAML: {error}; {_ADVICE}") from error
    shared: dict[Any, Any] = {}
    if isinstance(held, dict):
        shared = {key: value for key, value in held.items() if key != "clauses" and not isinstance(value, (dict, list))}
        held = held.get("clauses", held)
    if isinstance(held, dict):
        held = [{"id": key, **(value if isinstance(value, dict) else {"text": value})} for key, value in held.items()]
    if not isinstance(held, list) or not all(isinstance(row, dict) for row in held):
        raise EvidenceError(f"{path.name} holds something else than clauses; {_ADVICE}")
    rows = [{**shared, **row} for row in held]
    for row in rows:
        row["text"] = next((str(row[key]) for key in ("text", "requirement", "wording", "title") if row.get(key)), "")
        if "id" not in row or not row["text"]:
            raise EvidenceError(f"{path.name}: a clause lacks id or text; each needs both")
        if sum(str(other["id"]) == str(row["id"]) for other in rows if "id" in other) > 1:
            raise EvidenceError(f"{path.name}: two clauses have the id {row['id']}; give each its own")
        if not isinstance(row.get("terms", []), list):
            raise EvidenceError(f"{path.name}: the terms of clause {row['id']} are no list: [copy, record]")
        for name in {"from", "to"}.intersection(row):
            row[name] = _date(row[name], f"{path.name}: {name} of clause {row['id']}")
    return [{**row, "id": str(row["id"])} for row in rows]


def _clause(row: dict[Any, Any], known: dict[Any, Any]) -> dict[Any, Any]:
    facts = {**known, **row}
    same_text = not known or known["text"] == row["text"] or "terms" in row
    terms = facts.get("terms") if same_text else None
    return {
        "clause_id": row["id"], "pack": str(facts.get("pack", "own")),
        "title": str(facts.get("title") or facts.get("pack") or "Clauses of the matter"), "text": row["text"],
        "verified": row.get("verified", False) is True,
        "terms": tuple(map(str, terms)) if terms else _own_terms(row["text"]), "measure": str(facts.get("measure", "")),
        "from_on": facts.get("from"), "to_on": facts.get("to"),
        "shape": next((shape for shape in ("prohibits", "permits") if facts.get(shape)), "requires"),
    }  # fmt: skip


def _date(value: Any, where: str) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError as error:
        raise EvidenceError(f"{where} is {value!r}; write a day as 2020-03-31") from error


def _own_terms(text: str) -> tuple[str, ...]:
    """Terms of a clause that names none: the groups of meaning its words fall into, else its longer words."""
    small = text.lower()
    groups = [name for name, stems in _words("same").items() if _holds(small, stems)]
    return tuple(groups) or tuple(dict.fromkeys(_TERM.findall(small)))


def _holds(small: str, stems: Iterable[str]) -> bool:
    """Whether a text in small letters has a word that begins with one of the stems."""
    return any(re.search(rf"\b{re.escape(stem.strip())}", small) for stem in stems)


@cache
def _words(part: str) -> dict[str, list[str]]:
    text = Path(__file__).with_name("policy_words.toml").read_text(encoding="utf-8")
    lists: dict[str, list[str]] = tomllib.loads(text)[part]
    return lists


def versions(folder: Path, timeline: pd.DataFrame) -> list[Version]:
    """Policies of the department, oldest first, each in force until the next.

    The day comes from front matter, the file name, a `policy` row of the timeline that names the version, or the text.
    """
    found = []
    for path in sorted(folder.glob("**/*")):
        if path.suffix.lower() in TEXTS and path.is_file():
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            found.append((path.stem, text, *_in_force(path.stem, text, timeline)))
    found.sort(key=lambda one: (one[2] or date.min, one[0]))
    ends = [*(one[2] for one in found[1:]), None][: len(found)]
    return [
        Version(name, text, since, end - timedelta(days=1) if end and since else None, basis)
        for (name, text, since, basis), end in zip(found, ends, strict=True)
    ]


def _in_force(name: str, text: str, timeline: pd.DataFrame) -> tuple[date | None, str]:
    front = re.match(r"---\s*\n(.*?)\n---\s*\n", text, re.DOTALL)
    tried = [(front[1] if front else "", "front matter"), (name.replace("_", " "), "file name")]
    number = re.search(r"v(?:ersion)?\s*\.?\s*(\d+(?:\.\d+)*)", name, re.IGNORECASE)
    wanted = rf"\b{re.escape(number[1])}\b" if number else r"(?!)"
    named = timeline[(timeline.kind == "policy") & timeline.note.str.contains(wanted, regex=True)]
    tried += [(" ".join(named["at"]), "timeline")]
    said = re.findall(r"(?:in force|effective|from|dated|issued).{0,60}", text[:HEAD], re.IGNORECASE)
    tried += [(words, "text") for words in said]
    for words, basis in tried:
        if on := periods.first_day(words):
            return on, basis
    return None, "no date found"


def paragraphs(text: str) -> Iterable[tuple[int, str]]:
    """Line number and exact text of each paragraph or numbered item, line breaks as spaces."""
    body = re.sub(r"^---\s*\n.*?\n---\s*\n", lambda match: "\n" * match.group().count("\n"), text, flags=re.DOTALL)
    start, held = 0, ""
    for number, line in enumerate([*body.splitlines(), ""], 1):
        if held and (not line.strip() or _NUMBERED.match(line) or line.startswith("#")):
            yield start, held
            held = ""
        if line.strip() and not line.startswith("#"):
            start, held = (start, f"{held} {line.strip()}") if held else (number, line.strip())


def place(text: str, quote: str) -> str:
    """Where a quote stands, as `line 7`; empty when it does not stand there word for word."""
    wanted = " ".join(quote.split())
    found = (number for number, part in paragraphs(text) if wanted and wanted in " ".join(part.split()))
    return next((f"line {number}" for number in found), "")


def proposals(rules: pd.DataFrame, policies: Iterable[Version]) -> pd.DataFrame:
    """A row is a clause and a policy, coded by rule: `clause_id`, `policy`, `state`, `quote`, `place`, `why`."""
    rows = []
    for version in policies:
        parts = list(paragraphs(version.text))
        for clause in rules.to_dict("records"):
            state, place, quote, why = _coded(clause, parts)
            rows.append({"clause_id": clause["clause_id"], "policy": version.name, "state": state, "quote": quote,
                         "place": f"line {place}" if place else "", "why": why})  # fmt: skip
    return pd.DataFrame(rows, columns=["clause_id", "policy", "state", "quote", "place", "why"])


def _coded(clause: dict[Any, Any], parts: list[tuple[int, str]]) -> tuple[str, int, str, str]:
    best = max(((_share(clause["terms"], text), -place, text) for place, text in parts), default=(0.0, 0, ""))
    share, place, quote = best[0], -best[1], best[2]
    if share < SOME:
        return "absent", 0, "", f"no paragraph has most of its terms ({', '.join(clause['terms'])})"
    said = f"{share:.0%} of its terms"
    whole = [part for part in re.split(r"(?<=[.;])\s+", quote) if _share(clause["terms"], part) >= MOST]
    denied = _says("denied", quote)
    weak, banned = (_says(kind, whole[0] if whole else quote) for kind in ("weak", "banned"))
    if clause["shape"] == "permits":
        state = "satisfied" if denied or share >= MOST else "partial"
        return state, place, quote, said
    if denied:
        return "contradicts", place, quote, f"{said}, and “{denied}”"
    if clause["shape"] == "prohibits":
        state = "satisfied" if banned else "contradicts" if weak else "partial"
        return state, place, quote, f"{said}; {'forbidden' if banned else 'not forbidden'}"
    if weak or share < MOST:
        return "partial", place, quote, said + (f", weakened by “{weak}”" if weak else "")
    return "satisfied", place, quote, said


def _share(terms: tuple[str, ...], text: str) -> float:
    small, same = text.lower(), _words("same")
    held = [_holds(small, same.get(term, [term])) for term in terms]
    return sum(held) / len(held) if held else 0.0


def _says(kind: str, text: str) -> str:
    small = text.lower()
    listed = (word.strip() for word in _words("modality")[kind])
    return next((word for word in listed if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", small)), "")


def judged(path: Path) -> pd.DataFrame:
    """What people decided (`judgements/policy.csv`), the last row of each coder on a clause and policy.

    Raises
    ------
    JudgementError
        A state is not one of `STATES`, or a column is missing.
    """
    if not path.is_file():
        return pd.DataFrame({name: pd.Series(dtype="str") for name in JUDGED})
    rows = written.table(path, f"judgements/{path.name}", JudgementError)
    if missing := [name for name in JUDGED[:4] if name not in rows.columns]:
        raise JudgementError(
            f"{path.name} lacks the columns {', '.join(missing)}; a row is a clause, a policy, a coder and a state"
        )
    if len(wrong := sorted(set(rows.state) - set(STATES))):
        raise JudgementError(f"{path.name}: state {wrong[0]}; use one of {', '.join(STATES)}")
    for name in JUDGED[4:]:
        rows[name] = rows.get(name, "")
    return rows[list(JUDGED)].drop_duplicates(["clause_id", "policy", "coder"], keep="last", ignore_index=True)
