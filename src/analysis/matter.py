"""A matter: what, where, when, whose. Every string parameter is parsed here and nowhere else."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from analysis import engine
from analysis.errors import EvidenceError, ParameterError
from analysis.store import Store
from analysis.tables import CHANNELS

REGISTERS: dict[str, tuple[str, ...]] = {
    "custodians": ("custodian_id", "name", "role", "organisation", "from_on", "to_on"),
    "accounts": ("custodian_id", "channel", "address", "ownership", "declared_on"),
    "sources": ("path", "custodian_id", "channel", "address", "device", "acquired_at", "acquired_by", "method",
                "sha256", "zone", "date_order"),
    "contacts": ("custodian_id", "label", "address"),
    "requests": ("ref", "received_on", "closed_on", "outcome", "scope_text", "searched", "reviewed_on"),
    "timeline": ("at", "kind", "custodian_id", "note"),
    "claims": ("custodian_id", "said_on", "claim", "measure", "level"),
    "controls": ("account", "control", "state", "evidence"),
}  # fmt: skip
DEFAULT_OUT = "reports"


@dataclass(frozen=True)
class Scope:
    """What part of the matter a notebook looks at, and how: its parameters, parsed.

    `since` and `until` are UTC instants (`until` exclusive), made from local days in the matter's zone.
    """

    since: datetime
    until: datetime
    channels: tuple[str, ...] = CHANNELS
    person: str = ""
    top: int = 20
    level: float = 0.95
    resamples: int = 1000
    values: Mapping[str, str] = field(default_factory=dict)


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
        facts = _facts(path)
        first_on, last_on = _days(facts.get("period", {}))
        zone = str(facts.get("zone", "Europe/London"))
        return cls(
            folder=path,
            id=str(facts.get("id") or path.name),
            title=str(facts.get("title") or path.name),
            authority=str(facts.get("authority", "")),
            subject=str(facts.get("subject", "")),
            zone=zone,
            region=str(facts.get("region", "GB")),
            first_on=first_on,
            last_on=last_on,
            official_domains=tuple(str(domain).lower() for domain in facts.get("official_domains", [])),
            out=_beside(path, Path(out)) / str(facts.get("id") or path.name),
            scope=_scope(parameters, first_on, last_on, _zone(zone)),
            engine_name=engine,
            invented=bool(facts.get("invented", False)),
        )

    @property
    def evidence(self) -> Path:
        """The exports as received; only ever read."""
        return self.folder / "evidence"

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
        """A register as text columns, blanks as ''; an absent register has its columns and no rows.

        Raises
        ------
        EvidenceError
            The file cannot be read as UTF-8 CSV with a header, or lacks the columns that identify a row.
        """
        columns = REGISTERS[name]
        path = self.folder / "registers" / f"{name}.csv"
        if not path.is_file():
            return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
        try:
            frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        except (UnicodeDecodeError, ValueError) as error:
            raise EvidenceError(
                f"register {path.name} cannot be read: {error}; save it as UTF-8 CSV with a header row"
            ) from error
        frame.columns = [str(column).strip().lower() for column in frame.columns]
        if columns[0] not in frame.columns:
            raise EvidenceError(
                f"register {path.name} has no column {columns[0]}; its columns should be {', '.join(columns)}"
            )
        for column in columns:
            if column not in frame.columns:
                frame[column] = ""
        stripped: pd.DataFrame = frame.apply(lambda values: values.str.strip())
        return stripped

    def has_register(self, name: str) -> bool:
        """Whether the register was handed over: what needs an absent one is reported `cannot_tell`."""
        return (self.folder / "registers" / f"{name}.csv").is_file()


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


def _facts(folder: Path) -> dict[str, Any]:
    path = folder / "matter.toml"
    if not path.is_file():
        return {}
    try:
        return dict(tomllib.loads(path.read_text(encoding="utf-8")).get("matter", {}))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{path.name} of {folder.name} is not valid TOML: {error}") from error


def notebook_defaults(folder: Path) -> dict[str, str]:
    """Defaults for notebook parameters from the `[notebooks]` table of `matter.toml`, as text."""
    path = folder / "matter.toml"
    if not path.is_file():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("notebooks", {})
    return {str(key): str(value) for key, value in table.items()}


def _days(period: Mapping[str, Any]) -> tuple[date, date]:
    """The period's first and last day; without one, wide enough for everything."""
    return (
        _day(str(period.get("from", "1990-01-01")), "period.from"),
        _day(str(period.get("to", "2100-01-01")), "period.to"),
    )


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ParameterError(f"{name} is {text!r}; write a day as 2020-03-31") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ParameterError(
            f"zone is {name!r}, which no time zone is called; write one such as Europe/London"
        ) from error


def _number(kind: type, low: float, high: float) -> Callable[[str, str], Any]:
    def parse(text: str, name: str) -> Any:
        try:
            value = kind(text)
        except ValueError as error:
            raise ParameterError(f"{name} is {text!r}; write a number") from error
        if not low <= value <= high:
            raise ParameterError(f"{name} is {text}; it must lie between {low:g} and {high:g}")
        return value

    return parse


def _channels(text: str, name: str) -> tuple[str, ...]:
    chosen = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for channel in chosen:
        if channel not in CHANNELS:
            raise ParameterError(f"{name} names {channel!r}; the channels are {', '.join(CHANNELS)}")
    return chosen or CHANNELS


def _text(text: str, name: str) -> str:
    return text.strip()


PARAMETERS: dict[str, tuple[Callable[[str, str], Any], str]] = {
    "since": (_day, "first day looked at; empty: the matter's first day"),
    "until": (_day, "last day looked at, included; empty: the matter's last day"),
    "channels": (_channels, "channels separated by commas; empty: all"),
    "person": (_text, "a person, custodian or handle to look at; empty: everybody"),
    "top": (_number(int, 1, 10_000), "how many rows a ranking shows"),
    "level": (_number(float, 0.5, 0.999), "confidence level of intervals"),
    "resamples": (_number(int, 10, 1_000_000), "bootstrap resamples"),
}


def _scope(parameters: Mapping[str, str], first_on: date, last_on: date, zone: ZoneInfo) -> Scope:
    parsed: dict[str, Any] = {}
    for name, text in parameters.items():
        if name not in PARAMETERS:
            raise ParameterError(unknown_parameter(name, PARAMETERS))
        if str(text).strip():
            parsed[name] = PARAMETERS[name][0](str(text), name)
    since = datetime.combine(parsed.pop("since", first_on), time(), zone)
    last = parsed.pop("until", last_on)
    until = datetime.combine(date.fromordinal(last.toordinal() + 1), time(), zone)
    if since >= until:
        raise ParameterError(f"since ({since.date()}) lies after until ({last}); swap them")
    return Scope(since.astimezone(UTC), until.astimezone(UTC), values=dict(parameters), **parsed)


def unknown_parameter(name: str, known: Mapping[str, object]) -> str:
    """The refusal of an unknown parameter, with the nearest name and the list."""
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"no parameter is called {name}{hint} Known: {', '.join(sorted(known))}"
