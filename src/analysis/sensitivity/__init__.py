"""Labels: markings, personal data, privilege, business or personal, themes; each with its span and its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.sensitivity import business

if TYPE_CHECKING:
    from analysis.matter import Matter


def labels(matter: Matter, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every label of the matter: rows of the table `labels`, made from the canonical tables in `frames`."""
    return business.labels(matter, frames)


def judged(matter: Matter, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every judgement in force, beside what the model says: rows of the table `judgements`."""
    return business.judged(matter, frames)
