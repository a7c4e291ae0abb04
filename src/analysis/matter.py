"""A matter: what, where, when, whose; with its parameters parsed (by `parameters`, and nowhere else)."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import engine, registers
from analysis.errors import EvidenceError
from analysis.parameters import Scope, parse_day, parse_scope, parse_zone
from analysis.store import Store

PLACES = ("evidence", "registers", "policies", "judgements", "lexicons", "truth", "reports")
DEFAULT_OUT = "reports"


@dataclass(frozen=True)
class Matter:
    """One investigation: its folder, its facts from `matter.toml`, its results folder and the scope looked at."""

    folder: Path
    id: str
    title: str
    authority: str
    subject: str
    zone: str
    region: str
    first_on: date
    last_on: date
    official_domains: tuple[str, ...]
    out: Path
    scope: Scope
    engine_name: str = ""
    invented: bool = False
    places: Mapping[str, str] = field(default_factory=dict)
    standards: Mapping[str, Any] = field(default_factory=dict)
    carve: bool = False

    @classmethod
    def open(cls, folder: str | Path, out: str | Path = DEFAULT_OUT, engine: str = "", **parameters: str) -> Matter:
        """Open a matter folder; `parameters` are the strings a notebook was given.

        Parameters
        ----------
        folder
            The matter; looked for from the working folder and the folders above it (no absolute path needed).
        out
            Folder that holds one folder of results per matter.
        engine
            `duckdb`, `spark` or `sail`; empty takes the environment's choice.
        **parameters
            Any of `PARAMETERS`, as text.

        Raises
        ------
        EvidenceError
            The folder or its `matter.toml` is missing or unreadable.
        ParameterError
            A parameter is unknown or cannot be parsed.
        """
        path = _find(Path(folder))
        written = _written(path)
        facts = _sound(written)
        first_on, last_on = _days(facts.get("period", {}))
        zone = str(facts.get("zone", "Europe/London"))
        return cls(
            folder=path,
            id=str(facts.get("id") or path.name),
            title=str(facts.get("title") or path.name),
            authority=str(facts.get("authority", "")),
            subject=str(facts.get("subject", "")),
            zone=zone,
            region=str(facts.get("region", "GB")).upper(),
            first_on=first_on,
            last_on=last_on,
            official_domains=tuple(_domain(one) for one in facts.get("official_domains", [])),
            out=_beside(path, Path(out)) / str(facts.get("id") or path.name),
            scope=parse_scope(parameters, first_on, last_on, parse_zone(zone)),
            engine_name=engine,
            invented=bool(facts.get("invented", False)),
            places={name: str(facts[name]) for name in PLACES if name in facts},
            standards=_standards(written.get("standards", {})),
            carve=_switch(written.get("intake", {}), "carve"),
        )

    def but(self, **facts: Any) -> Matter:
        """The same matter with other facts, on the same engine."""
        other = replace(self, **facts)
        other.__dict__["engine"] = self.engine
        return other

    def standard(self, name: str, default: float) -> float:
        """A threshold that the matter may set itself, in `[standards]` of `matter.toml`; else the product's default.

        `standards.md` in this package lists the names.
        """
        return float(self.standards.get(name, default))

    @property
    def days(self) -> tuple[date, date]:
        """First and last local day of the scope."""
        zone = parse_zone(self.zone)
        last = self.scope.until.astimezone(zone) - timedelta(days=1)
        return self.scope.since.astimezone(zone).date(), last.date()

    def is_official(self, domain: str) -> bool:
        """Whether a mail domain is one of the official ones, or below one."""
        return any(domain == one or domain.endswith(f".{one}") for one in self.official_domains)

    def place(self, name: str) -> Path:
        """The folder of one part of the matter: its path in `matter.toml`, else the part's own name."""
        return self.folder / self.places.get(name, name)

    @property
    def evidence(self) -> Path:
        """The exports as received; only ever read. A bare folder of exports that names none is its own."""
        place = self.place("evidence")
        return place if "evidence" in self.places or place.is_dir() else self.folder

    def evidence_files(self) -> list[Path]:
        """Every file below the evidence folder, in one order on every machine; links are listed, never followed.

        In a bare folder of exports, what belongs to the matter itself (registers, judgements, results...) is left out.
        """
        own = {self.place(name) for name in PLACES if name != "evidence"} | {self.folder / "matter.toml", self.out}
        found = []
        for base, folders, files in os.walk(self.evidence, followlinks=False):
            here = Path(base)
            folders[:] = sorted(name for name in folders if here / name not in own)
            links = [name for name in folders if (here / name).is_symlink()]
            found += [here / name for name in (*files, *links) if here / name not in own]
        return sorted(found, key=lambda path: path.relative_to(self.evidence).as_posix())

    @property
    def work(self) -> Path:
        """Intermediate files of a run: pieces to resume from; not part of the report."""
        return self.out / "work"

    @cached_property
    def store(self) -> Store:
        """The canonical tables of this matter."""
        return Store(self.out / "tables")

    @cached_property
    def engine(self) -> engine.Engine:
        """The query engine, connected when first used."""
        return engine.connect(self.engine_name)

    def register(self, name: str) -> pd.DataFrame:
        """A register as `registers.read` gives it; an absent one has its columns and no rows."""
        return registers.read(self.place("registers"), name)

    def has_register(self, name: str) -> bool:
        """Whether the register was handed over: what needs an absent one is reported `cannot_tell`.

        A draft is none: each of its rows says in `why` what it was inferred from.
        """
        if not (self.place("registers") / f"{name}.csv").is_file():
            return False
        rows = self.register(name)
        return "why" not in rows or rows.empty or not rows["why"].all()


def _find(folder: Path) -> Path:
    candidates = [folder] if folder.is_absolute() else [base / folder for base in (Path.cwd(), *Path.cwd().parents)]
    for candidate in candidates:
        if candidate.is_dir():
            return candidate.resolve()
    raise EvidenceError(
        f"no matter folder {folder}; give the folder that holds evidence/ (and matter.toml, if there is one)"
    )


def _beside(matter: Path, out: Path) -> Path:
    """A relative results folder belongs to the working folder; from inside `notebooks/`, to the project above it."""
    if out.is_absolute():
        return out
    base = Path.cwd()
    return (base.parent if base.name == "notebooks" else base) / out


def _written(folder: Path) -> dict[str, Any]:
    path = folder / "matter.toml"
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{path.name} of {folder.name} is not valid TOML: {error}") from error


def _sound(written: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of `matter.toml`, each of the shape that it is read by: a text read as a list would be its letters."""
    from phonenumbers import SUPPORTED_REGIONS

    for name in _TABLES:
        if not isinstance(written.get(name, {}), dict):
            raise EvidenceError(
                f"matter.toml says something else in {name} than a table; write [{name}] above its lines"
            )
    facts: dict[str, Any] = written.get("matter", {})
    _near(written, _TABLES)
    _near(facts, (*_SHAPES, *PLACES))
    for name, (kind, example) in _SHAPES.items():
        if name in facts and not isinstance(facts[name], kind):
            raise EvidenceError(f"{name} in matter.toml is {facts[name]!r}; write {name} = {example}")
    for name in PLACES:
        if not isinstance(facts.get(name, ""), str):
            raise EvidenceError(
                f'{name} in matter.toml is {facts[name]!r}; write the name of a folder: {name} = "{name}"'
            )
    if str(facts.get("region", "GB")).upper() not in SUPPORTED_REGIONS:
        raise EvidenceError(f"region in matter.toml is {facts['region']!r}; write two letters such as GB, US or IE")
    if re.search(r"[/\\\x00-\x1f\x7f]|^\.*$|.{201}", str(facts.get("id") or "matter")):
        raise EvidenceError(f"id in matter.toml is {facts['id']!r}; it names a folder: write it short, without slashes")
    return facts


def _near(given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a name that nobody reads and that is nearly a known one: what it says would not count, unseen."""
    for name in given:
        near = [] if name in known else difflib.get_close_matches(name, known, 1, MISSPELT)
        if near:
            raise EvidenceError(f"matter.toml has {name}, which nothing reads; did you mean {near[0]}?")


def _domain(one: Any) -> str:
    """A mail domain in small letters, without what stands before it in an address or a pattern."""
    domain = one.lower().strip().removeprefix("*").lstrip("@.") if isinstance(one, str) else ""
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)*", domain):
        raise EvidenceError(f'official_domains in matter.toml has {one!r}; write a mail domain such as "dept.example"')
    return domain


def _switch(settings: Any, name: str) -> bool:
    """A setting of `[intake]` that is on or off; off where nobody sets it."""
    given = settings.get(name, False) if isinstance(settings, dict) else None
    if not isinstance(given, bool):
        raise EvidenceError(f"[intake] of matter.toml: {name} is neither on nor off; write {name} = true")
    return given


_TABLES = ("matter", "notebooks", "standards", "intake")
MISSPELT = 0.8  # likeness from which a name is taken for a slip: `official_domain`, `titel`; a name of one's own is not
_TEXTS = ("id", "title", "authority", "subject", "zone", "region")
_SHAPES: dict[str, tuple[Any, str]] = {
    "period": (dict, '{ from = "2020-01-01", to = "2021-12-31" }'), "official_domains": (list, '["dept.example"]'),
    "invented": (bool, "true"), **dict.fromkeys(_TEXTS, ((str, int), '"..."')),
}  # fmt: skip


def notebook_defaults(folder: Path) -> dict[str, str]:
    """Defaults for notebook parameters from the `[notebooks]` table of `matter.toml`, as text."""
    path = folder / "matter.toml"
    if not path.is_file():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("notebooks", {})
    return {str(key): str(value) for key, value in table.items()}


def _days(period: Mapping[str, Any]) -> tuple[date, date]:
    """The period's first and last day; without one, wide enough for everything."""
    if other := sorted(set(period) - {"from", "to"}):
        raise EvidenceError(f"period in matter.toml has {other[0]}; write it {_SHAPES['period'][1]}")
    first_on = parse_day(str(period.get("from", "1990-01-01")), "period.from in matter.toml")
    last_on = parse_day(str(period.get("to", "2100-01-01")), "period.to in matter.toml")
    if first_on > last_on:
        raise EvidenceError(f"period in matter.toml is from {first_on} to {last_on}, which is before; swap them")
    return first_on, last_on


def _standards(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the matter sets, unless no such standard exists: a misspelt one would judge by the default unseen."""
    listed = Path(__file__).with_name("standards.md").read_text(encoding="utf-8")
    known = [name for row in re.findall(r"^\| (`.*?) \|", listed, re.M) for name in re.findall(r"`(\w+)`", row)]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else "known: " + ", ".join(sorted(known))
            raise EvidenceError(f"[standards] of matter.toml: there is no standard {name}; {hint}")
        if isinstance(given[name], bool) or not isinstance(given[name], (int, float)) or not isfinite(given[name]):
            raise EvidenceError(f"[standards] of matter.toml: {name} is {given[name]!r}; write a number: {name} = 0.5")
    return dict(given)
