"""What made this page: parameters, engine, versions, tables by hash."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from analysis.markup import tag

if TYPE_CHECKING:
    from analysis.matter import Matter

PACKAGES = (
    "offchannel",
    "duckdb",
    "ibis-framework",
    "matplotlib",
    "networkx",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
)


@dataclass(frozen=True)
class Stamp:
    """Groups of facts, each a list of name and value."""

    facts: dict[str, dict[str, str]]

    def _repr_html_(self) -> str:
        parts = []
        for heading, pairs in self.facts.items():
            rows = [tag("li", tag("b", name), " ", tag("code", value)) for name, value in pairs.items()]
            parts += [tag("dt", heading), tag("dd", tag("ul", rows or tag("li", "none")))]
        return tag("details", tag("summary", "How this page was made"), tag("dl", parts), class_="stamp")

    def __repr__(self) -> str:
        return "\n".join(f"{heading}: {pairs}" for heading, pairs in self.facts.items())


def footer(matter: Matter) -> Stamp:
    """Parameters, engine, versions and table hashes of this page."""
    scope = matter.scope
    looked = {
        "since": scope.since.isoformat(), "until": scope.until.isoformat(),
        "channels": ", ".join(scope.channels) or "all",
        "zone": matter.zone, "person": scope.person or "everybody", "top": f"{scope.top}", "level": f"{scope.level:g}",
        "resamples": f"{scope.resamples}",
    }  # fmt: skip
    versions = {"python": platform.python_version(), "engine": matter.engine.name}
    return Stamp({"Scope": looked, "Versions": versions | _versions(), "Tables (SHA-256)": matter.store.hashes()})


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
