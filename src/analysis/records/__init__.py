"""The official record: what of the private messages reached it, the requests, the policy and the controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.tables import TABLES

if TYPE_CHECKING:
    from analysis.matter import Matter


def texts(matter: Matter, attachments: pd.DataFrame) -> pd.DataFrame:
    """The text inside attached files: rows of the table `attachment_texts`."""
    return pd.DataFrame({name: [] for name in TABLES["attachment_texts"].names})


def captures(matter: Matter, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Private messages found in official items: rows of the table `captures`."""
    return pd.DataFrame({name: [] for name in TABLES["captures"].names})
