"""From message codes to the tables `messages`, `copies`, `threads`: agreed time, best copy, ids."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.reconcile.ledger import encoded, looked_up, moments, texts
from analysis.reconcile.mail import clean_ids
from analysis.resolve import Resolution
from analysis.resolve.evidence import ACCOUNT_KINDS
from analysis.resolve.rows import mapping
from analysis.store import make_id

STATE_RANK = {"present": 0, "carved": 1, "omitted": 2, "view_once": 3, "draft": 4, "deleted": 9}

BEST = ["copy_id", "thread_id", "kind", "subject", "body", "suspect", "native_id"]  # what a message takes of a copy


def agree(ledger: pd.DataFrame, copies: pd.DataFrame, code: np.ndarray, offset: np.ndarray) -> pd.DataFrame:
    """One row per message code: agreed time in seconds, row of the best copy, row of the best-attributed copy.

    The agreed time is that of the finest copy nearest to the middle of all, corrected by its source's offset where the
    offset exceeds what the written precision can show; other copies only say how well it is known.
    """
    raw = ledger["t"].to_numpy() - np.where(ledger["width"] > 1, ledger["width"], 0.0)
    applied = np.where(np.abs(offset) > np.maximum(ledger["width"], 2.0), offset, 0.0)
    width, state = ledger["width"].to_numpy(), looked_up(copies["state"], STATE_RANK, 5, np.int8)
    true = ledger["t"].to_numpy() - offset
    middle = pd.Series(true).groupby(code).transform("median").to_numpy()
    away, suspect = np.abs(true - middle).round(), ~ledger["pairable"].to_numpy()
    length = -pc.fill_null(pc.utf8_length(pa.array(copies["body"], pa.string())), 0).to_numpy(zero_copy_only=False)
    timed = _first(code, suspect, ledger["fold"].to_numpy(), width, away, np.abs(applied))
    best = _first(code, suspect, state, ~ledger["edited"].to_numpy(), length, width)
    return pd.DataFrame({"at": (raw - applied)[timed], "best": best}, index=code[best])


def _first(code: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """The row of each code that comes first by these keys, then by its place among all copies; codes ascending."""
    order = np.lexsort((*reversed(keys), code))
    first: np.ndarray = order[np.flatnonzero(np.diff(code[order], prepend=-1))]
    return first


def senders(copies: pd.DataFrame, code: np.ndarray, resolution: Resolution) -> pd.Series:
    """By message code, the sender's handle: an address before a name, the handle most copies give, the smallest id."""
    kinds = mapping(resolution.identities, "identity_id", "kind")
    given, held = encoded(copies["sender_identity_id"])
    rank = np.argsort(np.argsort(np.array(held, dtype=object)))
    weak = np.array([kinds.get(one) not in ACCOUNT_KINDS for one in held], dtype=bool)
    known = given >= 0
    pairs = np.sort(code[known].astype(np.int64) << 32 | given[known])
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    message, sender = pairs[first] >> 32, pairs[first] & 0xFFFFFFFF
    n = np.diff(first, append=len(pairs))
    chosen = _first(message, weak[sender], -n, rank[sender])
    return texts(sender[chosen], held).set_axis(message[chosen])


def ids(table: pd.DataFrame) -> pd.Series:
    """Message ids: by native id, else by conversation, text and how many like it came before.

    The count, not the time, tells repeated texts apart, so that a corrected clock does not change an id.
    """
    table = table.assign(native=clean_ids(table["native_id"]).where(~table["alone"]))
    ordered = table.sort_values(["thread_id", "at", "text", "sender", "copy_id"])
    plain = ordered["native"].isna() | (ordered["channel"] != "email")
    text = ordered["text"].where(plain, ordered["native"])
    place = ordered.groupby([ordered["thread_id"].where(plain, ""), text, ordered["alone"]]).cumcount()
    anchor = ordered["thread_id"].where(plain, "email")
    made = [
        make_id("message", *fields)
        for fields in zip(anchor, text, place, ordered["copy_id"].where(ordered["alone"], ""), strict=True)
    ]
    return pd.Series(made, index=ordered.index).reindex(table.index)


def table(
    ledger: pd.DataFrame, copies: pd.DataFrame, code: np.ndarray, offset: np.ndarray, resolution: Resolution
) -> pd.DataFrame:
    """The `messages` table but for holders, indexed by message code; `copies` carries the merged `thread_id`."""
    agreed = agree(ledger, copies, code, offset)
    best = copies[BEST].iloc[agreed["best"]].set_index(agreed.index)
    sender = senders(copies, code, resolution).reindex(agreed.index)
    marks = copies["suspect"].fillna("").to_numpy(dtype=object)
    doubtful = pd.Series((marks != "") & (marks != "altered")).groupby(code).all().reindex(agreed.index)
    text = best["body"].fillna("").where(~best["kind"].isin(["deleted"]), "\x00deleted") + "\x1f" + best["kind"]
    frame = pd.DataFrame({
        "thread_id": best["thread_id"], "channel": ledger["channel"].to_numpy()[agreed["best"]],
        "sent_at": moments(agreed["at"]).to_numpy(), "sender_identity_id": sender,
        "sender_person_id": sender, "kind": best["kind"], "subject": best["subject"],
        "body": best["body"].where(best["kind"] != "deleted"), "best_copy_id": best["copy_id"],
        "n_copies": np.bincount(code)[agreed.index],
        "suspect": best["suspect"].where(doubtful),
    })  # fmt: skip
    frame["sent_at"] = pd.to_datetime(frame["sent_at"], utc=True)
    frame["sender_person_id"] = resolution.whose(frame["sender_identity_id"], frame["sent_at"])
    frame["message_id"] = ids(frame.assign(
        native_id=best["native_id"], alone=doubtful, at=agreed["at"], text=text, sender=sender.fillna(""),
        copy_id=best["copy_id"],
    ))  # fmt: skip
    return frame


def threads(facts: pd.DataFrame, messages: pd.DataFrame, copies: pd.DataFrame, titles: dict[str, str]) -> pd.DataFrame:
    """The `threads` table; `facts` has thread_id, channel, kind; mail takes the subject of its first message."""
    dated = messages.sort_values(["thread_id", "sent_at", "message_id"])
    spans = dated.groupby("thread_id")["sent_at"].agg(["min", "max"])
    subjects = dated.dropna(subset=["subject"]).drop_duplicates("thread_id").set_index("thread_id")["subject"]
    table = facts.sort_values("thread_id", ignore_index=True)
    table["title"] = table["thread_id"].map(titles).fillna(table["thread_id"].map(subjects))
    table["n_sources"] = table["thread_id"].map(copies.groupby("thread_id")["source_id"].nunique())
    table["n_sources"] = table["n_sources"].fillna(0).astype("int64")
    span = spans.reindex(table["thread_id"]).set_axis(table.index)
    return table.assign(first_at=span["min"], last_at=span["max"])
