"""Private messages that stand in official items: rows of the table `captures`.

`containment` is the share of a message's words that stand in the item word for word, in their order and unbroken;
`similarity` the share that stands there in order. Tiers: exact (containment of 0.8 and more), probable, paraphrase.
What an official item said first is not a capture: direction matters.
A file that was sent privately and attached officially, byte for byte the same, counts as exact (`basis` hash). What is
read in a picture is at most probable, however well the words agree (`basis` ocr, with engine and version).
Cannot show: passages put into other words throughout, and which of two messages with the same words
in the same conversation was meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.intake.pictures import PREFIX
from analysis.records.candidates import PROBABLE_SHARE, candidates
from analysis.records.claims import claimed
from analysis.records.corpus import Corpus
from analysis.records.files import carried
from analysis.records.official import official_ids
from analysis.records.tokens import spans
from analysis.resolve.rows import each
from analysis.tables import TABLES

if TYPE_CHECKING:
    from analysis.matter import Matter


def captures(matter: Matter, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every capture found, by the text of messages and of attached files, and by the bytes of the files."""
    corpus = Corpus.of(matter, frames)
    rows = pd.DataFrame(columns=list(TABLES["captures"].names))
    if not corpus.private.empty and not corpus.official.empty:
        rows = _rows(corpus, claimed(corpus, candidates(corpus)))
    files = carried(official_ids(matter, frames), frames)
    return rows if files.empty else _one_each(pd.concat([rows, files] if len(rows) else [files]))


def _rows(corpus: Corpus, rows: pd.DataFrame) -> pd.DataFrame:
    """Captures as the table holds them: of several of one kind in an item, the one that holds most."""
    probable = np.where(rows["similarity"] >= PROBABLE_SHARE, "probable", "paraphrase")
    basis = corpus.official["basis"].astype("str").to_numpy()[rows["item"]]
    drawn = np.array([one.startswith(PREFIX) for one in basis], dtype=bool)
    table = pd.DataFrame({
        "message_id": corpus.private["message_id"].to_numpy()[rows["text"]],
        "official_message_id": corpus.official["message_id"].to_numpy()[rows["item"]],
        "kind": rows["kind"], "tier": np.where(rows["exact"] & ~drawn, "exact", probable),
        "containment": rows["containment"].round(4), "similarity": rows["similarity"].round(4),
        "delay_s": rows["delay_s"].clip(lower=0), "official_start": rows["begin"], "official_end": rows["stop"],
        "attachment_id": corpus.official["attachment_id"].to_numpy()[rows["item"]],
    })  # fmt: skip
    table["start"], table["end"] = _own_places(corpus, rows)
    return _one_each(table.assign(basis=np.where(drawn, basis, "words")))


def _one_each(table: pd.DataFrame) -> pd.DataFrame:
    key = ["message_id", "official_message_id", "kind"]
    order = [*key, "unsure", "containment", "official_start"]
    table = table.assign(unsure=table["tier"] != "exact")
    table = table.sort_values(order, ascending=[True, True, True, True, False, True], na_position="last")
    return table.drop_duplicates(key)[list(TABLES["captures"].names)].reset_index(drop=True)


def _own_places(corpus: Corpus, rows: pd.DataFrame) -> tuple[list[int], list[int]]:
    """Characters of the private body at which the words found begin and end."""
    starts, ends = [], []
    for one in each(rows):
        places = spans(str(corpus.private["body"].iat[one.text]))
        first = min(max(one.start - one.line, 0), len(places) - 1)
        starts.append(places[first][0])
        ends.append(places[min(max(one.end - one.line, first + 1), len(places)) - 1][1])
    return starts, ends
