"""Rolls of labels and of what people decided about them. The words they stand on are not in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations, studies
from analysis.findings.roll import several

if TYPE_CHECKING:
    from analysis.matter import Matter


def marks(matter: Matter) -> pd.DataFrame:
    """A row is a protective marking in the scope, and whom its message reached."""
    rows = relations.marks(matter)
    columns = ["label_id", "message_id", "thread_id", "channel", "sent_at", "label", "document", "private", "n_reached",
               "n_outside"]  # fmt: skip
    return rows[columns].assign(
        quoted=rows.quoted.fillna(False).astype(bool), malformed=rows.faults.fillna("") != "",
        anachronistic=rows.anachronism.fillna("") != "", reached_outside=rows.n_outside > 0, private=rows.private > 0,
    )  # fmt: skip


def entries(matter: Matter) -> pd.DataFrame:
    """A row is an entry about a person in private accounts; `items`: the lines of the count in which it stands."""
    rows = studies.sensitivity.entries(relations.personal_data(matter))
    rows = rows[rows.private > 0].reset_index(drop=True)
    columns = ["entry", "message_id", "thread_id", "channel", "n_reached"]
    return rows[columns].assign(
        items=several(studies.sensitivity.items(rows), rows.index), reached_outside=rows.n_outside > 0
    )


def pieces(matter: Matter) -> pd.DataFrame:
    """A row is a piece of personal data; `alike` numbers the different values, which stand nowhere."""
    rows = studies.sensitivity.folded(relations.personal_data(matter))
    alike = pd.Series(pd.factorize(rows.folded, sort=True)[0], rows.index)
    columns = ["label_id", "message_id", "thread_id", "channel", "sent_at", "scheme", "label", "quoted",
               "correspondent"]  # fmt: skip
    return rows[columns].assign(alike=alike.where(alike >= 0).astype("Int64").astype("object"))


def signals(matter: Matter) -> pd.DataFrame:
    """A row is a signal of a word list."""
    rows = relations.signals(matter)
    columns = ["label_id", "message_id", "thread_id", "channel", "sent_at", "scheme", "label"]
    return rows[columns].assign(quoted=rows.quoted.fillna(False).astype(bool))


def judged(matter: Matter) -> pd.DataFrame:
    """A row is what one coder decided about one message."""
    rows = relations.judgements(matter)
    columns = ["message_id", "thread_id", "coder", "label"]
    parts = {name: rows[name].fillna("none") for name in ("batch", "design")}
    return rows[columns].assign(**parts, unmatched=rows.thread_id.isna())


def worded(matter: Matter) -> pd.DataFrame:
    """A row is a coded message whose words a model learns from; `drawn`: at random."""
    rows = relations.worded(matter)
    drawn = rows.index.isin(studies.recall.drawn(rows).index)
    columns = ["message_id", "thread_id", "custodian_id", "sent_at", "truth"]
    return rows[columns].assign(quarter=studies.transfer.quarters(rows), drawn=drawn)


def dwelt(matter: Matter) -> pd.DataFrame:
    """A row is a copy of a marked message on an account that is not official, and whether it was still there."""
    copies = relations.marked_holdings(matter)
    rows = studies.sensitivity.dwell(copies, studies.custody.acquired(copies, matter.register("sources")))
    threads = relations.marks(matter).drop_duplicates("message_id").set_index("message_id").thread_id
    columns = ["message_id", "provider", "address", "present"]
    return rows[columns].assign(thread_id=rows.message_id.map(threads))


def codings(matter: Matter) -> pd.DataFrame:
    """A row is a message that two coders judged."""
    rows = studies.coding.pairs(relations.judgements(matter))
    return rows.assign(coders=rows.coder_a + " and " + rows.coder_b, differ=rows.label_a != rows.label_b)


def coded(matter: Matter) -> pd.DataFrame:
    """A row is a coded message drawn at random."""
    rows = studies.recall.drawn(relations.coded(matter))
    largest = rows.batch == rows.batch.mode().iloc[0] if rows.batch.notna().any() else True
    columns = ["message_id", "thread_id", "channel", "truth", "said"]
    return rows[columns].assign(stratum=rows.stratum.fillna("all"), of_largest_batch=largest)
