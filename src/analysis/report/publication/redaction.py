"""Findings and messages as the publication edition shows them, and a count of what was taken out, by reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from analysis.findings.standing import standing
from analysis.matter import Matter
from analysis.report.numbers import SHARES
from analysis.report.publication.withheld import Withheld, folded, own_words

Finding = dict[str, Any]
TEXTS = ("title", "question", "statement", "method", "provision", "limits", "base", "standard", "tested", "reply",
         "recommendation")  # fmt: skip
FEWEST = 5
"""Counts of people or messages under this are suppressed: a reader could work out who it was."""
CENSUS = ("accounts", "sources", "files", "clauses", "requests", "controls", "days", "claims")
"""Units counted in public registers; their small numbers name nobody, nor do those of findings that count no people
or messages of theirs (`open` in `findings/standing.toml`)."""
_LOOSE = re.compile(r"(?P<address>\S+@\S+|https?://\S+|www\.\S+)|(?P<number>\d(?:[\s().\-/:]?\d){3,})")
_COUNT = re.compile(r"(?<![\w.,:%/-])\d(?![\w:%/-]|[.,]\d| (?:day|week|month|time|working))")
COUNTED = ("statement", "tested")
"""Texts of a finding that count."""
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


class Redactor:
    """Takes out what is withheld and counts each taking by its reason."""

    def __init__(self, matter: Matter, withheld: Withheld) -> None:
        self.withheld = withheld
        self.counts: Counter[str] = Counter()
        self.fewest = int(matter.standard("small_count", FEWEST))
        self.shown: list[str] = []
        """Texts taken over, as published: what stands in them is no leak of an unpublished message."""
        self._lower: frozenset[str] | None = None
        self._matter = matter

    def text(self, text: str) -> str:
        """A text of the report with pseudonyms in place of names, and a reason in place of the rest."""
        clean, taken = self.withheld.replaced(text)
        self.counts.update(match.rule for match in taken)
        self.shown.append(clean)
        return clean

    def body(self, text: str) -> str:
        """A message as published: beyond what is withheld by name, every number, address and proper name goes.

        A word counts as a proper name when the matter never writes it in lower case and this product does not use it.
        """
        clean = self.text(text)
        clean = _LOOSE.sub(lambda match: self._reason("address" if match["address"] else "number"), clean)
        clean = _WORD.sub(lambda match: self._name(match[0]), clean)
        self.shown.append(clean)
        return clean

    def _reason(self, rule: str) -> str:
        self.counts[rule] += 1
        return f"[{rule}]"

    def _name(self, word: str) -> str:
        known = word[0].islower() or folded(word) in own_words() or folded(word) in self._written_small()
        return word if known or len(word) == 1 else self._reason("name")

    def _written_small(self) -> frozenset[str]:
        """Words that some message of the matter writes in lower case."""
        if self._lower is None:
            bodies = self._matter.store.read("messages", ["body"])["body"].dropna()
            small = {word for body in bodies for word in _WORD.findall(body) if word.islower()}
            self._lower = frozenset(folded(word) for word in small)
        return self._lower

    def finding(self, row: Mapping[str, Any]) -> Finding:
        """A finding without ids, with pseudonyms, and without a count that is too small to publish."""
        made = dict(row) | {name: self.text(str(row[name])) for name in TEXTS}
        made |= {"finding_id": self._id(str(row["finding_id"])), "evidence": [], "exhibits": [], "notebook": ""}
        made["anchor"] = f"finding-{made['finding_id'].partition('.')[0]}.html#{made['finding_id']}"
        made["records"] = len(row["evidence"])
        if row["unit"] in CENSUS or standing(str(row["finding_id"])).get("open"):
            return made
        return self._suppressed(made) if self._small(row) else made | {name: self._few(made[name]) for name in COUNTED}

    def _id(self, name: str) -> str:
        """An id names a question and a part; a third part names a person or a file and becomes a number."""
        parts = name.split(".")
        return ".".join([*parts[:2], *("p-" + re.sub(r"\W+", "-", self.text(part)).strip("-").lower()
                                        for part in parts[2:])])  # fmt: skip

    def _small(self, row: Mapping[str, Any]) -> bool:
        return isinstance(row["n"], int) and 0 < row["n"] < self.fewest

    def _few(self, text: str) -> str:
        """A text without its small counts; spans of time are none."""
        return _COUNT.sub(
            lambda match: f"fewer than {self.fewest}" if 0 < int(match[0]) < self.fewest else match[0], text
        )

    def _suppressed(self, row: Finding) -> Finding:
        self.counts["small count"] += 1
        blank = dict.fromkeys(("value", "n", "low", "high", "level"))
        unit = "" if row["unit"] in SHARES else f" {row['unit']}"
        base = f" of {row['of']:,}" if row["of"] > self.fewest else ""
        said = f"Fewer than {self.fewest}{base}{unit}: the number is not published."
        return row | blank | {"of": None, "statement": said, "tested": "", "records": None}
