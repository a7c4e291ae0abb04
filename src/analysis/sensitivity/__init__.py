"""Labels: markings, personal data, privilege, business or personal, themes; each with its span and its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.sensitivity import business, labelling, personal, schemes, themes
from analysis.sensitivity.masking import masked
from analysis.sensitivity.rows import frame
from analysis.sensitivity.texts import gathered

if TYPE_CHECKING:
    from analysis.matter import Matter

__all__ = ["judged", "labels", "masked", "privileged"]
PRIVILEGED_FROM = 0.6
"""Score from which a signal of privilege keeps a message out of the review set and of every model (standard
`privileged_from`): from a lawyer's address on, as reading one advice too many costs more than leaving one out."""


def labels(matter: Matter, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every label of the matter: rows of the table `labels`, made from the canonical tables in `frames`."""
    texts, folder = gathered(frames), matter.place("lexicons")
    who = personal.known(frames, matter.official_domains, matter.region, folder)
    about = list(labelling.personal_rows(texts, who))
    made = [*labelling.marking_rows(texts, schemes.load(folder)), *about, *labelling.signal_rows(texts, about, folder)]
    first = frame(made)
    people = frames["people"]["label"]
    apart = privileged(matter, first)
    ruled = frame([*made, *themes.rows(texts, frames["messages"], first, people, apart)])
    return pd.concat([ruled, business.labels(matter, frames, apart)], ignore_index=True)


def judged(matter: Matter, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every judgement in force, beside what the model says: rows of the table `judgements`; after `labels`."""
    return business.judged(matter, frames, privileged(matter, frames["labels"]))


def privileged(matter: Matter, labels: pd.DataFrame) -> set[str]:
    """Ids of the messages that signals of privilege keep out of review and of model features."""
    least = matter.standard("privileged_from", PRIVILEGED_FROM)
    rows = labels[(labels["scheme"] == "privilege") & (labels["score"].fillna(1.0) >= least)]
    return set(rows["message_id"].dropna())
