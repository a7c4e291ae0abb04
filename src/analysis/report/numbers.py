"""Numbers of findings as printed: value, denominator, interval, outcome, and where an interval lies in 0 to 100 %."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.markup import Markup, join, tag

Finding = Mapping[str, Any]
OUTCOME = {"met": "Met", "partly": "Partly met", "not_met": "Not met", "cannot_tell": "Cannot tell"}
SHARES = ("share", "proportion", "fraction")
WHOLE = 100  # from here a number is printed without decimals
WIDTH, HEIGHT = 120, 12  # of the line that shows where a share lies, in pixels


def number(amount: float, unit: str) -> str:
    """A number as printed: shares as per cent with one decimal, counts with thousands set apart."""
    if unit in SHARES:
        return f"{100 * amount:.1f}%"
    return f"{amount:,.0f}" if float(amount).is_integer() or abs(amount) >= WHOLE else f"{amount:.3g}"


def many(count: int, word: str) -> str:
    """A count of things in words: 1 file, 2 files; the plural of the word takes an s."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def value(row: Finding) -> str:
    """The value of a finding with its unit."""
    if row["value"] is None:
        return "no number"
    unit = "" if row["unit"] in SHARES or row["unit"] in ("", "%") else f" {row['unit']}"
    if row["value"] == 1:
        unit = unit.removesuffix("s")
    return number(row["value"], row["unit"]) + ("%" if row["unit"] == "%" else unit)


def counted(row: Finding) -> str:
    """Numerator and denominator in words; empty without a denominator."""
    if row["of"] is None:
        return ""
    return f"{row['n']:,} of {row['of']:,}" if row["n"] is not None else f"of {row['of']:,}"


def interval(row: Finding) -> str:
    """The interval of a finding in words: with a level it is a confidence interval, without one it is bounds."""
    if row["low"] is None and row["high"] is None:
        return ""
    ends = [number(end, row["unit"]) if end is not None else "unknown" for end in (row["low"], row["high"])]
    if row["high"] is None:
        return f"at least {ends[0]}"
    kind = f"{100 * row['level']:g}% interval" if row["level"] is not None else "bounds"
    return f"{kind} {ends[0]} to {ends[1]}"


def words(row: Finding) -> str:
    """All that is recorded of a finding: its texts, and its numbers as pages say them."""
    from analysis.findings.ledger import said

    facts = counted(row), interval(row), value(row), f"({len(row['evidence'])})", many(len(row["evidence"]), "record")
    texts = [text for text in row.values() if isinstance(text, str)]
    return "\n".join([*texts, "; ".join(filter(None, facts[:2])), *facts, said(row)])


def chip(outcome: str) -> Markup:
    """An outcome as a word in a border: told apart by word and line, not by colour alone."""
    return tag("span", OUTCOME.get(outcome, outcome), class_=f"chip {outcome}")


def line(row: Finding) -> Markup:
    """Where a share and its interval lie between 0 and 100 %; empty for anything else. The text says the same."""
    if row["unit"] not in SHARES or row["value"] is None:
        return join()
    beyond = row["value"] if row["low"] is None else 1.0  # a minimum is open above; a bare value is a point
    ends = [row["low"] if row["low"] is not None else row["value"], row["high"] if row["high"] is not None else beyond]
    low, high, at = (round(WIDTH * min(1.0, max(0.0, float(end))), 1) for end in (*ends, row["value"]))
    middle = HEIGHT / 2
    return tag(
        "svg",
        tag("line", x1=0, x2=WIDTH, y1=middle, y2=middle, class_="rule"),
        tag("line", x1=low, x2=max(high, low + 1), y1=middle, y2=middle, class_="range"),
        tag("circle", cx=at, cy=middle, r=4),
        viewBox=f"-5 0 {WIDTH + 10} {HEIGHT}",
        width=WIDTH + 10,
        height=HEIGHT,
        class_="lies",
        aria_hidden="true",
    )
