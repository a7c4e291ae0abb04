"""The working form of all copies: a row each, in an order that depends on the evidence alone, all as numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.result import Intake
from analysis.resolve.rows import mapping

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
        In the order of `ordered`. `source`, `part` (the thread within its source), `sender`, `key` are
        codes; `t` is UTC seconds at the centre of the written precision, `width` half that precision; `length` the
        characters of the normalised text (0 when it is a stand-in); `pairable` whether copies may be matched to it.
    """
    copies = ordered(intake)
    sources, parts = sorted(intake.sources["source_id"]), sorted(intake.threads["thread_id"])
    bare = (copies["body"].fillna("") == "").to_numpy(bool)  # what was deleted and recovered whole has its text
    deleted = (among(copies["state"], ["deleted"]) & bare) | among(copies["kind"], ["deleted"])
    media = among(copies["kind"], MEDIA_KINDS) & ~deleted
    text = normalise(copies["body"])
    media |= pc.match_substring_regex(text, _LEFT_OUT).to_numpy(zero_copy_only=False) & ~deleted
    text = pc.if_else(pa.array(deleted), DELETED, pc.if_else(pa.array(media), MEDIA, text))
    text = pc.if_else(pc.equal(text, ""), EMPTY, text)
    standin = pc.starts_with(text, "\x00").to_numpy(zero_copy_only=False)
    part = places(copies["thread_id"], parts)
    channel = mapping(intake.threads, "thread_id", "channel")
    half = looked_up(copies["precision"], HALF_WIDTH, HALF_WIDTH["second"]).astype(float)
    at = seconds(copies["sent_at"])
    named = media & ~among(copies["kind"], ["media", "view_once", "text"])
    return pd.DataFrame({
        "copy_id": copies["copy_id"],
        "source": places(copies["source_id"], sources),
        "part": part,
        "channel": np.array([*(channel[one] for one in parts), None], dtype=object)[part],
        "sender": _senders(copies["sender_identity_id"], people),
        "key": _codes(text),
        "length": np.where(standin, 0, pc.utf8_length(text).to_numpy(zero_copy_only=False)).astype(np.int32),
        "t": at + np.where(half > 1, half, 0.0),
        "width": half,
        "seq": copies["seq"].to_numpy(np.int64),
        "pairable": ~among(copies["suspect"], NOBODYS) & ~np.isnan(at),
        "deleted": deleted,
        "kind": np.where(named, looked_up(copies["kind"], {one: one for one in MEDIA_KINDS}, ""), ""),
        "fold": copies["fold"].fillna(False).to_numpy(bool),
        "edited": copies["edited"].fillna(False).to_numpy(bool),
        "native": copies["native_id"].to_numpy(dtype=object),
    })  # fmt: skip


def ordered(intake: Intake) -> pd.DataFrame:
    """All copies in the order of their sources' paths and of their places in them; not moved if they stand so already.

    This is the order intake hands them on in; any other order of the same evidence comes to the same.
    """
    copies = intake.copies
    paths = intake.sources.sort_values(["path", "source_id"])["source_id"].tolist()
    rank, seq = places(copies["source_id"], paths), copies["seq"].to_numpy(np.int64)
    if ((np.diff(rank) > 0) | ((np.diff(rank) == 0) & (np.diff(seq) > 0))).all():
        return copies.reset_index(drop=True)
    order = copies[["copy_id"]].assign(rank=rank, seq=seq).sort_values(["rank", "seq", "copy_id"]).index
    return copies.loc[order].reset_index(drop=True)


def encoded(values: pd.Series | pa.Array) -> tuple[np.ndarray, list[Any]]:
    """Codes in the order of first appearance, -1 when absent, and what they stand for."""
    array = pa.array(values, pa.string()) if isinstance(values, pd.Series) else values
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    coded = array.dictionary_encode()
    return pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), coded.dictionary.to_pylist()


def _codes(values: pd.Series | pa.Array) -> np.ndarray:
    return encoded(values)[0]


def looked_up(values: pd.Series, found: Mapping[str, Any], missing: Any, kind: npt.DTypeLike = object) -> np.ndarray:
    """What each value stands for in `found`."""
    codes, held = encoded(values)
    looked: np.ndarray = np.array([*(found.get(one, missing) for one in held), missing], dtype=kind)[codes]
    return looked


def texts(codes: np.ndarray, held: Sequence[str | None]) -> pd.Series:
    """A column of texts from the codes of `encoded`, its texts built once each; absent where the code is negative."""
    column = pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(held, pa.string()))
    return pd.Series(pd.array(column.cast(pa.string()), dtype="str"))


def among(values: pd.Series, wanted: Collection[str]) -> np.ndarray:
    """Whether each value is one of those wanted."""
    return looked_up(values, dict.fromkeys(wanted, True), False, bool)


def places(values: pd.Series, order: Sequence[str]) -> np.ndarray:
    """Place of each value in `order`, -1 when it is not there."""
    place = {one: number for number, one in enumerate(order)}
    return looked_up(values, place, -1, np.int32)


def _senders(identity: pd.Series, people: pd.Series | None) -> np.ndarray:
    """Code of each sender: of the person behind the identity if there is one, else of the identity."""
    codes, held = encoded(identity)
    known = {} if people is None else people.reindex(held).dropna().to_dict()
    person = pd.factorize(np.array([known.get(one, one) for one in held], dtype=object))[0]
    found: np.ndarray = np.append(person, -1)[codes].astype(np.int32)
    return found


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
