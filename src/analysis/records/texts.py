"""The words of attached files, as intake read them where the bytes were at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from analysis.matter import Matter


def texts(matter: Matter, attachments: pd.DataFrame) -> pd.DataFrame:
    """Rows of `attachment_texts` from attachments that still carry `text` and `basis`; the other kinds have no row.

    A file without a row was not examined: a picture (unless the extra `ocr` found words in it), a PDF, an old binary
    format, or one that is not in the evidence.
    """
    rows = attachments.loc[attachments["text"].fillna("") != "", ["attachment_id", "text", "basis"]]
    return rows.astype("str").reset_index(drop=True)
