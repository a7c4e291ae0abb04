"""Marks on copies that other copies contradict: wording that differs, a line that nobody else holds.

Both are conservative. A mark says that copies disagree, not who changed what.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from analysis.reconcile.ledger import normalise
from analysis.reconcile.leftovers import cut
from analysis.resolve import Resolution
from analysis.resolve.rows import each

BACK_S = 3600.0  # a record this much older than one before it in its file stands out of order
_WORD, _LINK = re.compile(r"\w+"), re.compile(r"https?://\S+")  # a text made from HTML shows links beside its words
OTHERS = 2  # other holders who must contradict a copy before it is marked
TELLING = 4  # words from which a text is found again in other exports though clocks differ


def altered(copies: pd.DataFrame, ledger: pd.DataFrame, code: np.ndarray) -> pd.Series:
    """Suspect marks, with `altered` for copies whose wording at least two other sources of the message contradict.

    Where the app says that a message was edited nothing is marked: an older phone keeps the first wording. With one
    copy against one nobody can say which was changed: none is marked, the difference stands in the copies themselves.
    A mail's id belongs to one text: where copies under it contradict each other one against one, all are marked.
    """
    marks = copies["suspect"].astype("object").where(copies["suspect"].notna(), None)
    rows = pd.DataFrame({"code": code, "key": ledger["key"], "length": ledger["length"], "edited": ledger["edited"]})
    rows = rows[rows["length"] > 0]
    alike = rows.groupby("code")
    rows = rows[(alike["key"].transform("nunique") > 1) & ~alike["edited"].transform("any")]
    counts = rows.groupby(["code", "key"])["key"].transform("size")
    most = counts.groupby(rows["code"]).transform("max")
    odd = rows.index[(counts == 1) & (most >= OTHERS)]
    bodies, same = copies["body"].fillna(""), rows.groupby("code").indices
    for place in odd:
        others = bodies.iloc[rows.index[same[rows.at[place, "code"]]]]
        whole = any(cut(one, bodies[place]) and len(one) < len(bodies[place]) for one in others)
        if not marks[place] and not whole:  # not where the others broke off at what looks like a line of their own
            marks[place] = "altered"
    mails = rows[(most < OTHERS) & (ledger["channel"].reindex(rows.index) == "email")]
    for _, group in mails.groupby("code"):
        if _contradict(bodies[group.index]):
            marks[group.index] = marks[group.index].where(marks[group.index].notna(), "altered")
    return marks


def _contradict(bodies: pd.Series) -> bool:
    """Whether one of the texts holds words that no other has around it: not if a banner or a footer was added to it."""
    words = [" ".join(_WORD.findall(_LINK.sub(" ", one))) for one in normalise(bodies).to_pylist()]
    words.sort(key=len)
    return any(f" {short} " not in f" {long} " for place, short in enumerate(words) for long in words[place + 1 :])


def strangers(
    copies: pd.DataFrame, ledger: pd.DataFrame, code: np.ndarray, events: pd.DataFrame, resolution: Resolution
) -> pd.Series:
    """Suspect marks, with `only_here` for a sender who is nowhere else in a conversation that other phones hold too.

    One copy in one phone, in a conversation that at least two other sources span at that time, by somebody who sends
    nothing else there and whom no line names: more likely pasted text than a member. Readers mark such lines from their
    form; this catches what the form does not show. The same goes, as `order_inverted`, for such a sender's only message
    where it stands among later ones, or right after a line a reader suspects, in every phone.
    """
    marks = copies["suspect"].copy()
    latest = ledger["t"].groupby(ledger["part"]).cummax()
    beside = (~ledger["pairable"]).groupby(ledger["part"]).shift(1, fill_value=False).astype(bool)
    rows = pd.DataFrame({
        "thread": copies["thread_id"], "part": ledger["part"], "t": ledger["t"], "length": ledger["length"],
        "code": code, "back": (latest - ledger["t"] > BACK_S) | beside,
        "person": copies["sender_identity_id"].map(resolution.person),
    })[(ledger["pairable"] & (ledger["channel"] != "email")).to_numpy()].dropna()  # fmt: skip
    spans = rows.groupby(["thread", "part"])["t"].agg(["min", "max"])
    by_person = rows.groupby(["thread", "person"])
    single = (by_person["code"].transform("nunique") == 1) & (rows["length"] > 0)
    once = rows[single & (by_person["t"].transform("size") == 1)]
    back = rows[single & by_person["back"].transform("all")]
    named = {
        (row.thread_id, resolution.person.get(one))
        for row in each(events[["thread_id", "actor_identity_id", "target_identity_id"]].drop_duplicates())
        for one in (row.actor_identity_id, row.target_identity_id)
    }
    for place, row in zip(back.index, each(back), strict=True):
        if (row.thread, row.person) not in named:
            marks[place] = "order_inverted"
    for place, row in zip(once.index, each(once), strict=True):
        others = spans.loc[row.thread].drop(index=row.part)
        spanning = ((others["min"] < row.t) & (others["max"] > row.t)).sum()
        if spanning >= OTHERS and (row.thread, row.person) not in named:
            marks[place] = "only_here"
    return marks


def only_here(
    copies: pd.DataFrame, messages: pd.DataFrame, absences: pd.DataFrame, resolution: Resolution, custodian: pd.Series
) -> pd.Series:
    """Suspect marks, with `only_here` for a text that no other holder has where several should.

    Marked when exactly one export (of `custodian`, by source) holds the message, at least two others lack it without
    explanation, and its sender either lacks it too or is whose export holds it: then only that export speaks for it.
    Texts of fewer words are not marked: they may stand in the others at another time. What this cannot show: a message
    that never arrived, or that the others removed, looks the same.
    """
    marks = copies["suspect"].copy()
    unexplained = absences[absences["kind"] == "absent"]
    lacking = unexplained.groupby("message_id")["custodian_id"].nunique()
    alone = messages[(messages["n_copies"] == 1) & (messages["kind"] == "text") & messages["suspect"].isna()]
    alone = alone[alone["message_id"].map(lacking).fillna(0) >= OTHERS]
    alone = alone[alone["body"].fillna("").str.count(_WORD.pattern) >= TELLING]
    sender = alone["sender_person_id"].map({person: one for one, person in resolution.custodians.items()})
    denied = pd.MultiIndex.from_frame(unexplained[["message_id", "custodian_id"]])
    by_sender = pd.MultiIndex.from_arrays([alone["message_id"], sender]).isin(denied)
    source = copies.set_index("copy_id")["source_id"].reindex(alone["best_copy_id"])
    own = sender.to_numpy() == source.map(custodian).to_numpy()
    odd = copies["copy_id"].isin(alone.loc[by_sender | own, "best_copy_id"]) & marks.isna()
    marks[odd] = "only_here"
    return marks
