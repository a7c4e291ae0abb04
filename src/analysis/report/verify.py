"""A report checked from the folder alone: evidence, tables and pages hashed again, findings and numbers made again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.matter import Matter
from analysis.parameters import PARAMETERS
from analysis.progress import Progress, quiet
from analysis.report import ledger, manifest, state
from analysis.report.publication import standing
from analysis.report.recount import Recount

NUMBERS = ("value", "n", "of", "low", "high")
WORDS = (
    "outcome", "unit", "evidence", "statement", "base", "standard", "method", "tested", "reply", "limits",
    "recommendation", "exhibits",
)  # fmt: skip
KEPT = 5000  # evidence ids that a ledger keeps of a finding; more are derived
CLOSE = 1e-9  # relative difference of two runs of the same arithmetic


@dataclass(frozen=True)
class Problem:
    """What is wrong, with which thing, and what to do."""

    what: str
    which: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}: {self.which}; {self.remedy}"


def verify(
    matter: Matter, progress: Progress = quiet, again: bool = False, folder: Path | None = None
) -> list[Problem]:
    """Everything that does not hold of a published report; empty when all of it does.

    Parameters
    ----------
    again, folder
        Also run the notebooks (of `folder`) again on the same tables, elsewhere, and compare every number of every
        page: those too that no rows and no arithmetic give, such as intervals.

    Raises
    ------
    EvidenceError
        There is no manifest to check against.
    """
    published = manifest.read(matter)
    if not matter.store.hashes():
        _made(matter, progress)
    checks: tuple[tuple[str, Callable[[], Iterable[Problem]]], ...] = (
        ("evidence", lambda: _evidence(matter, published)),
        ("registers", lambda: _compare("register or policy", published["inputs"], state.input_hashes(matter), _RUN)),
        ("tables", lambda: _compare("table", published["tables"], matter.store.hashes(), _RUN)),
        ("pages", lambda: _compare("page", published["pages"], manifest.pages(matter), _RUN)),
        ("findings", lambda: _findings(matter, published)),
        ("numbers", lambda: _numbers(matter)),
        ("publication", lambda: _edition(matter)),
        ("again", lambda: _again(matter, progress, folder) if again else ()),
    )
    problems: list[Problem] = []
    for number, (name, check) in enumerate(checks, 1):
        problems += check()
        progress(f"verify {name}", number, len(checks))
    return problems


def _made(matter: Matter, progress: Progress) -> None:
    """The tables, made from the evidence: a report is published without them."""
    from analysis.pipeline import make_tables

    make_tables(matter, progress=progress)
    matter.store.write("findings", ledger.recorded(matter))


_AGAIN = "make it again: offchannel run --edition publication"
_RUN = "find out who changed it, or run `offchannel run` again"
_CUSTODY = "compare with the original; take no finding from this file until it is explained"


def _compare(kind: str, before: Mapping[str, str], after: Mapping[str, str], remedy: str) -> Iterator[Problem]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield Problem(f"{kind} is missing", name, remedy)
        elif name not in before:
            yield Problem(f"{kind} is not in the manifest", name, remedy)
        elif before[name] != after[name]:
            yield Problem(f"{kind} has changed since the report was made", name, remedy)


def _evidence(matter: Matter, published: Mapping[str, Any]) -> Iterator[Problem]:
    """Files as they are now, against the manifest, against the table, and against the chain of custody."""
    now = state.evidence_hashes(matter)
    if not now and published["evidence"]:
        yield Problem("evidence is missing", matter.evidence.name, "give the matter folder with its evidence")
        return
    known = {path: now[path] for path in sorted(now) if path in published["evidence"] or not _aside(path)}
    yield from _compare("evidence file", published["evidence"], known, _CUSTODY)
    for path, value in manifest.received(matter).items():
        if published["evidence"].get(path) != value:
            yield Problem("table sources and manifest disagree on the hash of a file", path, _RUN)
    for row in matter.register("sources").to_dict("records"):
        declared = row["sha256"].lower()
        if declared and now.get(row["path"], declared) != declared:
            yield Problem("evidence file is not what sources.csv declares", row["path"], _CUSTODY)


def _aside(path: str) -> bool:
    """Files a system leaves behind, which intake does not count as evidence."""
    return path.rpartition("/")[2].startswith(".")


def _edition(matter: Matter) -> Iterator[Problem]:
    """The publication edition, where there is one: unchanged, and made from the findings as they are."""
    folder = matter.out / standing.FOLDER
    if not folder.is_dir():
        return
    try:
        told = standing.told(folder)
    except (OSError, ValueError) as error:
        yield Problem("manifest of the publication edition cannot be read", str(error), _AGAIN)
        return
    yield from _compare("page of the publication edition", told["files"], standing.files(folder), _AGAIN)
    if told["findings"] != standing.findings(matter):
        yield Problem("publication edition was made from other findings", folder.name, _AGAIN)


def _numbers(matter: Matter) -> Iterator[Problem]:
    """Numbers of pages that have no way to what they rest on, or that the tables do not give any more."""
    for fault in Recount(matter).faults():
        yield Problem("number does not hold", str(fault), _RUN)


def _again(matter: Matter, progress: Progress, folder: Path | None) -> Iterator[Problem]:
    from analysis.report.again import faults

    for fault in faults(matter, progress=progress, folder=folder):
        yield Problem("number comes out differently when its notebook is run again", str(fault), _RUN)


def _findings(matter: Matter, published: Mapping[str, Any]) -> Iterator[Problem]:
    rows = ledger.recorded(matter)
    stored = {row["finding_id"]: row for row in matter.store.arrow("findings").to_pylist()}
    catalogue = _catalogue()
    derived: dict[tuple[str, str], dict[str, dict[str, Any]] | str] = {}
    for row in rows:
        name = str(row["finding_id"])
        if not _same(row, stored.get(name, {})):
            yield Problem("findings.jsonl and the table findings disagree", name, _RUN)
        parts = name.split(".")
        prefix = next((one for n in range(len(parts), 0, -1) if (one := ".".join(parts[:n])) in catalogue), "")
        if not prefix:
            yield Problem(
                "finding cannot be worked out again: nothing derives it", name, "add it to findings.CATALOGUE"
            )
            continue
        key = (prefix, str(row["notebook"]))
        if key not in derived:
            derived[key] = _derived(matter, catalogue[prefix], published["parameters"].get(row["notebook"], {}))
        yield from _judged(row, derived[key])


def _catalogue() -> Mapping[str, Callable[[Matter], Any]]:
    from analysis import findings  # here, because it brings the query engine along

    return findings.CATALOGUE


def _derived(
    matter: Matter, derive: Callable[[Matter], Any], given: Mapping[str, str]
) -> dict[str, dict[str, Any]] | str:
    """Findings worked out again under the parameters of the notebook that recorded them; or why not."""
    scope = {name: text for name, text in given.items() if name in PARAMETERS}
    from analysis.findings.standing import completed

    looked = Matter.open(matter.folder, matter.out.parent, matter.engine_name, **scope)
    try:
        again = derive(looked)
        every = completed(looked, again if isinstance(again, list | tuple) else [again])
    except AnalysisError as error:
        return str(error)
    return {each.finding_id: asdict(each) for each in every}


def _judged(row: Mapping[str, Any], derived: dict[str, dict[str, Any]] | str) -> Iterator[Problem]:
    name = str(row["finding_id"])
    if isinstance(derived, str):
        yield Problem("finding cannot be worked out again", f"{name} ({derived})", _RUN)
    elif name not in derived:
        yield Problem("finding is not derived any more", name, _RUN)
    elif differing := [field for field in (*NUMBERS, *WORDS) if not _equal(row.get(field), derived[name].get(field))]:
        facts = ", ".join(
            f"{field} {row.get(field)} now {derived[name].get(field)}" for field in differing if field in NUMBERS
        )
        others = ", ".join(field for field in differing if field not in NUMBERS)
        yield Problem(
            "finding comes out differently", f"{name} ({', '.join(text for text in (facts, others) if text)})", _RUN
        )


def _same(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(_equal(row.get(field), other.get(field)) for field in (*NUMBERS, *WORDS))


def _equal(mine: object, theirs: object) -> bool:
    if isinstance(mine, int | float) and isinstance(theirs, int | float):
        return math.isclose(mine, theirs, rel_tol=CLOSE, abs_tol=CLOSE) or (math.isnan(mine) and math.isnan(theirs))
    if isinstance(mine, list | tuple) and isinstance(theirs, list | tuple):
        kept = [str(each) for each in theirs]
        return [str(each) for each in mine] == (kept[: len(mine)] if len(mine) >= KEPT else kept)
    return (mine or None) == (theirs or None)
