"""The working form of all copies: a row each, in an order that depends on the evidence alone, all as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.result import Intake

MEDIA_KINDS = ("image", "video", "audio", "document", "sticker", "gif", "contact", "media", "view_once")
_LEFT_OUT = r"(image|video|audio|sticker|gif|document|contact card) omitted$"  # a caption before it reads as text
MEDIA, DELETED, EMPTY = "\x00media", "\x00deleted", "\x00empty"
DISTINCTIVE_CHARACTERS = 12  # shorter texts recur by chance ("thanks, will do"); longer ones hardly within one thread
NOBODYS = ("pasted_header", "unknown_sender")  # who wrote it is in doubt; other marks speak of time or wording
HALF_WIDTH = {"minute": 30.0, "second": 0.5, "ms": 0.05}  # seconds a written time may stand from the true one


def normalise(bodies: pd.Series) -> pa.Array:
    """Text as compared between copies: NFKC, lower case, no invisible characters, single spaces, no edit mark."""
    text = pc.fill_null(pa.array(bodies, pa.string()), "")
    text = pc.utf8_lower(pc.utf8_normalize(text, "NFKC"))
    text = pc.replace_substring_regex(text, r"[\p{Cf}\x{FE0E}\x{FE0F}]+", "")
    text = pc.replace_substring_regex(text, r"<this message was edited>\s*$", "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"\s+", " "))


def build(intake: Intake, people: pd.Series | None = None) -> pd.DataFrame:
    """Working frame of every copy.

    Parameters
    ----------
    intake
        What intake handed on.
    people
        person_id by identity_id; without it each identity counts as a sender of its own.

    Returns
    -------
    DataFrame
        In the order source_id, seq, copy_id. `source`, `part` (the thread within its source), `sender`, `key` are
        codes; `t` is UTC seconds at the centre of the written precision, `width` half that precision; `length` the
        characters of the normalised text (0 when it is a stand-in); `pairable` whether copies may be matched to it.
    """
    copies = intake.copies.sort_values(["source_id", "seq", "copy_id"], kind="stable").reset_index(drop=True)
    sources, parts = sorted(intake.sources["source_id"]), sorted(intake.threads["thread_id"])
    kind, state = copies["kind"].to_numpy(dtype=object), copies["state"].to_numpy(dtype=object)
    bare = (copies["body"].fillna("") == "").to_numpy(bool)  # what was deleted and recovered whole has its text
    deleted = ((state == "deleted") & bare) | (kind == "deleted")
    media = np.isin(kind, MEDIA_KINDS) & ~deleted
    text = normalise(copies["body"])
    media |= pc.match_substring_regex(text, _LEFT_OUT).to_numpy(zero_copy_only=False) & ~deleted
    text = pc.if_else(pa.array(deleted), DELETED, pc.if_else(pa.array(media), MEDIA, text))
    text = pc.if_else(pc.equal(text, ""), EMPTY, text)
    standin = pc.starts_with(text, "\x00").to_numpy(zero_copy_only=False)
    sender = copies["sender_identity_id"]
    sender = sender if people is None else sender.map(people).fillna(sender)
    half = copies["precision"].map(HALF_WIDTH).fillna(HALF_WIDTH["second"]).to_numpy(float)
    at = seconds(copies["sent_at"])
    suspect = copies["suspect"].fillna("").to_numpy(dtype=object)
    return pd.DataFrame({
        "copy_id": copies["copy_id"],
        "source": pd.Categorical(copies["source_id"], categories=sources).codes.astype(np.int64),
        "part": pd.Categorical(copies["thread_id"], categories=parts).codes.astype(np.int64),
        "channel": copies["thread_id"].map(intake.threads.set_index("thread_id")["channel"]).to_numpy(dtype=object),
        "sender": _codes(sender),
        "key": _codes(pd.Series(text.to_pandas())),
        "length": np.where(standin, 0, pc.utf8_length(text).to_numpy(zero_copy_only=False)),
        "t": at + np.where(half > 1, half, 0.0),
        "width": half,
        "seq": copies["seq"].to_numpy(np.int64),
        "pairable": ~np.isin(suspect, NOBODYS) & ~np.isnan(at),
        "deleted": deleted,
        "kind": np.where(media & (kind != "media") & (kind != "view_once") & (kind != "text"), kind, ""),
        "fold": copies["fold"].fillna(False).to_numpy(bool),
        "edited": copies["edited"].fillna(False).to_numpy(bool),
        "native": copies["native_id"].to_numpy(dtype=object),
    })  # fmt: skip


def seconds(times: pd.Series) -> np.ndarray:
    """UTC seconds since 1970 as floats; absent times become NaN."""
    moments = pd.to_datetime(times, utc=True)
    values = moments.to_numpy(dtype="datetime64[us]").astype("int64") / 1e6
    return np.where(moments.isna().to_numpy(), np.nan, values)


def moments(values: np.ndarray | pd.Series) -> pd.Series:
    """Times in UTC microseconds from seconds; NaN becomes absent."""
    numbers = np.asarray(values, dtype=float)
    absent = np.isnan(numbers)
    micro = np.round(np.where(absent, 0.0, numbers) * 1e6).astype("int64").astype("datetime64[us]")
    times = pd.Series(micro).dt.tz_localize("UTC")
    return times.mask(absent)


def _codes(values: pd.Series) -> np.ndarray:
    """Codes in the order of first appearance; -1 when absent."""
    codes: np.ndarray = pd.factorize(values)[0].astype(np.int64)
    return codes
