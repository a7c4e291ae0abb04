"""Exhibits: the rows a number rests on, named by id; the report draws a page for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.errors import SchemaError
from analysis.markup import Markup, tag
from analysis.store import make_id, write_json

if TYPE_CHECKING:
    import pandas as pd

    from analysis.matter import Matter

KINDS = ("messages", "accounts", "sources", "absences")
LONGEST = 500
"""Ids on one exhibit page: more than anybody reads in one go, and a page stays under a megabyte."""
_UNSAFE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Link:
    """A link from a page of the report to an exhibit."""

    href: str
    text: str

    def markup(self) -> Markup:
        """The link as HTML."""
        return tag("a", self.text, href=self.href)

    def _repr_html_(self) -> str:
        return self.markup()

    def __str__(self) -> str:
        return self.href


LEAST, FEW, MOST = 3, 6, 8
"""Exhibits named by a finding: enough to judge by, few enough to read; `MOST` on its page."""


def typical(rows: pd.DataFrame, by: str, most: int = FEW) -> tuple[str, ...]:
    """Ids of messages to show: of each of the largest groups of `by`, the one in the middle of its time.

    `rows`: `message_id`, `sent_at` and the column `by`. Chosen by place alone, so that nobody picks the worst.
    """
    ordered = rows.drop_duplicates(["message_id", by]).sort_values(["sent_at", "message_id"], kind="stable")
    groups = sorted(ordered.groupby(by), key=lambda group: (-len(group[1]), str(group[0])))
    chosen = dict.fromkeys(group.message_id.iloc[len(group) // 2] for _, group in groups)
    if len(chosen) < LEAST:
        chosen |= dict.fromkeys(ordered.message_id.iloc[:: max(1, len(ordered) // LEAST)])
    return tuple(chosen)[:most]


def slugged(text: str) -> str:
    """Text as a file name: lower-case letters, digits and hyphens."""
    return _UNSAFE.sub("-", text.lower()).strip("-") or "exhibit"


def exhibit(
    matter: Matter, slug: str, title: str, note: str, kind: str, ids: Iterable[str], notebook: str = "exhibits"
) -> Link:
    """Write down which rows a page of evidence shows, and give the link to it.

    Parameters
    ----------
    slug
        Name of the page, unique in the matter.
    title, note
        Heading, and what to see in the rows (and what not). Escaped when shown.
    kind
        `messages`, `accounts`, `sources`, or `absences` (ids of messages that some holder lacks).
    ids
        Ids in the order to show; beyond `LONGEST` only the first are shown, and the note says so.
    notebook
        The notebook that shows the link; a re-run of it replaces its exhibits.

    Raises
    ------
    SchemaError
        The kind is unknown.
    """
    if kind not in KINDS:
        raise SchemaError(f"exhibit {slug}: no kind {kind}; the kinds are {', '.join(KINDS)}")
    wanted, slug = list(dict.fromkeys(ids)), slugged(slug)
    if len(wanted) > LONGEST:
        note = f"{note} The first {LONGEST} of {len(wanted):,} are shown."
    page = {"slug": slug, "title": title, "note": note.strip(), "kind": kind, "ids": wanted[:LONGEST], "n": len(wanted)}
    write_json(matter.work / "ledger" / notebook / f"exhibit_{slug}.json", page)
    return Link(f"exhibits/{slug}.html", title)


def exhibits(
    matter: Matter,
    rows: pd.DataFrame,
    by: str,
    ids: str,
    titles: Mapping[str, str],
    note: str,
    kind: str,
    notebook: str,
) -> dict[str, str]:
    """An exhibit for each value of the column `by`, showing the ids of its rows; gives value -> href.

    `titles` names each value; one without a title names itself.
    """
    made = {}
    for value, group in rows.groupby(by, sort=True):
        key = str(value)
        slug = f"{notebook}-{by}-{slugged(key)[:24]}-{make_id(key)[:6]}"
        made[key] = exhibit(matter, slug, titles.get(key, key), note, kind, group[ids], notebook).href
    return made
