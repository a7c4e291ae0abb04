"""The network to explore: the still drawing, and beside it the data from which a page draws one that answers."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from analysis.figures.figure import Figure, short
from analysis.markup import visible
from analysis.matter import Matter
from analysis.tables import channel_name

KIND = "application/vnd.offchannel.network+json"
MODES = {"direct": "two people", "group": "group", "mail_to": "mail, addressed", "mail_cc": "mail, copied"}
TITLE = 60  # letters of a conversation's title


@dataclass(frozen=True)
class Explorer(Figure):
    """A figure whose page also holds `data`: people, conversations and who was in contact when; text, never markup."""

    data: dict[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        shown, facts = super()._repr_mimebundle_()
        return {KIND: self.data, **shown}, facts | {KIND: facts["image/svg+xml"]}


def explorer(
    still: Figure,
    met: tuple[pd.DataFrame, int],
    spots: pd.DataFrame,
    names: dict[str, str],
    people: pd.DataFrame,
    threads: pd.DataFrame,
    matter: Matter,
) -> Explorer:
    """The drawing `still` (figures.network) with what `encounters.packed` gives, to be filtered and opened in a page.

    `spots`: `layout.positions`; `people`, `threads`: the tables; events of the matter's `timeline.csv` mark the slider.
    """
    rows: Any
    rows, left_out = met
    known: Any = people.set_index("person_id")
    persons = spots[spots.person.isin({*rows.person, *rows.other})].reset_index(drop=True)
    place = {person: number for number, person in enumerate(persons.person)}
    titles = threads.set_index("thread_id").title
    used, times = sorted(rows.thread_id.unique()), sorted(rows.from_at.unique())
    channels, modes = sorted(rows.channel.unique()), [mode for mode in MODES if mode in set(rows["mode"])]
    number, moment = ({each: n for n, each in enumerate(every)} for every in (used, times))
    of_thread = rows.drop_duplicates("thread_id").set_index("thread_id").channel
    data = {
        "people": [
            [short(names.get(p, p), 40), _side(known, p), _organisation(known, p), float(x), float(y)]
            for p, x, y in persons.itertuples(index=False, name=None)
        ],
        "threads": [[t, _title(titles.get(t)), channels.index(of_thread[t])] for t in used],
        "channels": list(map(channel_name, channels)),
        "modes": [MODES[mode] for mode in modes],
        "times": [f"{pd.Timestamp(at):%Y-%m-%d}" for at in times],
        "events": _events(matter),
        "left_out": left_out,
        "rows": [
            [place[row.person], place[row.other], number[row.thread_id], modes.index(str(row.mode)),
             moment[row.from_at], int(row.n_messages), int(row.sent), round(float(row.weight), 3), row.first_id]
            for row in rows.itertuples()
        ],
    }  # fmt: skip
    return Explorer(**{each.name: getattr(still, each.name) for each in fields(Figure)}, data=data)


def _side(known: Any, person: str) -> int:
    """0 inside, 1 outside, 2 unknown."""
    inside = known.inside.get(person)
    return 2 if pd.isna(inside) else 0 if inside else 1


def _organisation(known: Any, person: str) -> str:
    name = known.organisation.get(person)
    return "" if pd.isna(name) else short(name, 40)


def _title(title: Any) -> str:
    return "" if title is None or pd.isna(title) else short(title, TITLE)


def _events(matter: Matter) -> list[list[str]]:
    """Day, kind and note of what the register of events dates within the period."""
    rows = matter.register("timeline")
    rows = rows[rows.custodian_id == ""].sort_values(["at", "kind"], kind="stable")
    first, last = (day.isoformat() for day in matter.days)
    rows = rows[(rows["at"].str[:10] >= first) & (rows["at"].str[:10] <= last)]
    return [[day[:10], visible(kind).replace("_", " "), short(note, 60)] for day, kind, note in
            rows[["at", "kind", "note"]].itertuples(index=False, name=None)]  # fmt: skip
