"""What findings are measured against, and how a number becomes an outcome.

Provisions say only what was read at its source. An outcome says whether a stated expectation is borne out by the
evidence; use of a private channel is lawful in itself, and no outcome says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis import relations
from analysis.studies.intervals import Interval

if TYPE_CHECKING:
    from analysis.matter import Matter

ENOUGH, SOME = 0.8, 0.5
"""Coverage that counts as met, and as partly met. Under `SOME` more is unseen than seen: nothing can be told."""
LOSS_SMALL, LOSS_LARGE = 0.01, 0.1
"""Loss up to one in a hundred may be a difference of clock or text that matching missed: met. Not met only when the
whole interval lies above one in ten: anything less sure is partly met."""
FEWEST = 30
"""Fewer cases than this say nothing about loss."""
HELD = "FOIA s.3(2)(b): information that somebody else holds on behalf of the authority, in private accounts too."
RETURN = (
    "The return in answer to the investigation's notice. ICO guidance on non-corporate channels: people are asked to "
    "search private accounts where relevant, and the search is recorded."
)
RECORDS = "FOIA s.46 Code of Practice on records management; FOIA s.1 and s.3(2)(b)."
SELECTIVE = "Exports may be selective; an account that neither the register nor the evidence names is not counted. "
NO_REGISTER = "No register of declared accounts (accounts.csv) was handed over. "


def outcome(good: bool, some: bool, known: bool = True) -> str:
    """`met`, `partly`, `not_met`; `cannot_tell` when what it takes is not known."""
    return "cannot_tell" if not known else "met" if good else "partly" if some else "not_met"


def exported(matter: Matter) -> tuple[int, int]:
    """Custodians of whom a private export could be read, and all custodians; 0 of 0 without their register."""
    custodians = set(matter.register("custodians").custodian_id)
    sources = relations.listing(matter, "sources")
    domain = sources.address.fillna("").str.lower().str.replace(".*@", "", regex=True)
    own = sources.status.isin(["read", "partial"]) & ~domain.map(matter.is_official).astype(bool)
    return len(custodians & set(sources.custodian_id[own].dropna())), len(custodians)


def coverage(matter: Matter, share: float | None) -> str:
    """Outcome of a coverage share: `cannot_tell` under the lower level."""
    enough, some = _covers(matter)
    return outcome(share is not None and share >= enough, True, share is not None and share >= some)


def coverage_words(matter: Matter) -> str:
    """The levels of `coverage` in words."""
    enough, some = _covers(matter)
    return f"From {enough:.0%} counts as met; under {some:.0%} nothing can be told; the matter may set both."


def _covers(matter: Matter) -> tuple[float, float]:
    return matter.standard("export_coverage", ENOUGH), matter.standard("export_coverage_some", SOME)


def loss(matter: Matter, n: int, of: int, low: float) -> str:
    """Outcome of a loss of n among so many cases, `low` the lower end of its interval (NaN: none)."""
    small, large, fewest = _losses(matter)
    return outcome(of > 0 and n / of <= small, not low > large, of >= fewest)


def loss_words(matter: Matter) -> str:
    """The levels of `loss` in words."""
    small, large, fewest = _losses(matter)
    return (
        f"Up to {small:.0%} counts as met, as not met only when the whole interval lies above {large:.0%}; fewer than "
        f"{fewest:.0f} cases tell nothing; the matter may set all three."
    )


def _losses(matter: Matter) -> tuple[float, float, float]:
    return (
        matter.standard("loss_small", LOSS_SMALL),
        matter.standard("loss_large", LOSS_LARGE),
        matter.standard("fewest_cases", FEWEST),
    )


def ends(interval: Interval) -> dict[str, Any]:
    """An interval as fields of a finding; absent when there was too little to estimate it from."""
    if interval.low != interval.low:
        return {"low": None, "high": None, "level": None}
    return {"low": interval.low, "high": interval.high, "level": interval.level}


def are(n: int) -> str:
    """The verb after a count."""
    return "is" if n == 1 else "are"


def many(n: int, word: str) -> str:
    """A count of things: 1 account, 2 accounts."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def share(n: int, of: int) -> dict[str, Any]:
    """A share as fields of a finding; absent when there is nothing to take it of."""
    return {"value": n / of if of else None, "unit": "share", "n": n if of else None, "of": of or None}


def census(n: int, of: int) -> dict[str, Any]:
    """A share of everything there is: without an interval."""
    return share(n, of) | dict.fromkeys(("low", "high", "level"))


def at_least(n: int | None, of: int | None, unit: str) -> dict[str, Any]:
    """A count that is a lower bound, as fields of a finding; absent when it could not be made."""
    return {"value": n, "unit": unit, "n": n, "of": of, "low": n, "high": None, "level": None}
