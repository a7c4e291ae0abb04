"""Rows of the table `labels`: ids, columns, empty frames."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.sensitivity.texts import Texts
from analysis.store import make_id
from analysis.tables import TABLES


def label_id(facts: dict[str, Any], scheme: str, label: str, start: int | None, end: int | None, method: str) -> str:
    """Hash of target, place, scheme, label, span and method."""
    return make_id(
        "label", facts["message_id"], facts["attachment_id"], facts["where"], scheme, label, start, end, method
    )


def row(
    texts: Texts,
    at: int,
    scheme: str,
    label: str,
    start: int | None,
    end: int | None,
    method: str = "rule",
    **more: Any,
) -> dict[str, Any]:
    """One label on the text in row `at`."""
    facts = texts.facts(at)
    made = {"label_id": label_id(facts, scheme, label, start, end, method), "method": method} | facts
    return made | {"scheme": scheme, "label": label, "start": start, "end": end} | more


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with the columns of the table; a label given twice counts once."""
    made = pd.DataFrame(rows, columns=list(TABLES["labels"].names)).drop_duplicates("label_id")
    return made.astype({"start": "Int64", "end": "Int64"}).reset_index(drop=True)
