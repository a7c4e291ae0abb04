"""What stands around a message: who takes part, when it was sent, what is said before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.sensitivity.business_scorer import Floats
from analysis.sensitivity.business_tokens import classes, encoded, tokens

if TYPE_CHECKING:
    from analysis.matter import Matter

FACTS = ("inside", "official", "kin", "off_hours", "crowd", "empty")
COLUMNS = ("own", "near", "thread", *FACTS)
"""Columns of `around`: the text's own margin, that of its neighbours and of its thread, then the facts."""
REACH, NEAR = 3, pd.Timedelta(hours=3)
"""Neighbours: so many messages before and after, if sent within this time; talk turns to something else after it."""
PRIOR = 2.0
"""Messages of no leaning added to each thread, so that a thread of two says less than a thread of two hundred."""
DAY = (8, 19)
"""Hours of a working day, local time; first included, last not."""


def rows(matter: Matter, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A row is a message, in the order of `messages`: `message_id`, `thread_id`, `sent_at`, `text`, and the `FACTS`.

    `inside`: share of the people with a known side who are inside the organisation, 0.5 when none is known. `official`:
    somebody takes part from an official address. `kin`: a name in the conversation is a word for a relative.
    `off_hours`: weekend, or outside `DAY`. `crowd`: log of the number of people. `empty`: no text. Unknown times are
    neither.
    """
    said = frames["messages"][["message_id", "thread_id", "sent_at", "sender_identity_id"]].copy()
    subject, body = (frames["messages"][name].fillna("").astype(str) for name in ("subject", "body"))
    said["text"] = np.where(subject == "", body, subject + "\n" + body)
    facts = _people(matter, frames, said)
    said = said.join(facts, on="message_id")
    local = said["sent_at"].dt.tz_convert(matter.zone)
    off = (local.dt.dayofweek >= 5) | ~local.dt.hour.between(DAY[0], DAY[1] - 1)
    said["off_hours"] = np.where(local.isna(), 0.5, off.astype(float))
    said["empty"] = (said["text"].str.strip() == "").astype(float)
    titled = frames["threads"].set_index("thread_id")["title"].map(_kin).astype(float)
    said["kin"] = np.maximum(said["kin"].fillna(0), said["thread_id"].map(titled).fillna(0))
    missing = {"inside": 0.5, "official": 0.0, "crowd": 0.0}
    return said.fillna(missing).drop(columns="sender_identity_id")


def _people(matter: Matter, frames: Mapping[str, pd.DataFrame], said: pd.DataFrame) -> pd.DataFrame:
    """The facts that rest on who takes part, by message."""
    identities = frames["identities"].set_index("identity_id")
    inside = frames["people"].set_index("person_id")["inside"].astype("Float64").astype(float)
    person = identities["person_id"].fillna(pd.Series(identities.index, identities.index))
    named = identities["raw"].map(_kin).astype(bool) & (identities["kind"] == "name")
    relatives = set(person[named])
    domains = tuple(f"{edge}{domain}" for domain in matter.official_domains for edge in ("@", "."))
    official = identities["normal"].str.endswith(domains) & (identities["kind"] == "email")
    sides = pd.DataFrame({
        "inside": person.map(inside).astype(float), "official": official.astype(float),
        "kin": person.isin(relatives).astype(float), "person": person,
    })  # fmt: skip
    sent = said[["message_id", "sender_identity_id"]].set_axis(["message_id", "identity_id"], axis=1)
    parts = pd.concat([sent, frames["recipients"][["message_id", "identity_id"]]]).dropna()
    parts = parts.join(sides, on="identity_id").drop_duplicates(["message_id", "person"])
    found = parts.groupby("message_id").agg(
        inside=("inside", "mean"), official=("official", "max"), kin=("kin", "max"), crowd=("person", "size")
    )
    return found.assign(crowd=np.log(found["crowd"]))


def _kin(name: object) -> bool:
    """Whether a name has a word for a relative in it (class `family`)."""
    words = tokens(encoded(name)) if isinstance(name, str) else ()
    return any(classes().get(word) == b"family" for word in words)


def around(said: pd.DataFrame, own: Floats) -> Floats:
    """The matrix of `COLUMNS`: a row a message of `said`, whose margins are `own`."""
    frame = pd.DataFrame({"thread": said["thread_id"].to_numpy(), "at": said["sent_at"].to_numpy(), "own": own})
    frame = frame.reset_index().sort_values(["thread", "at", "index"])
    total, number = np.zeros(len(frame)), np.zeros(len(frame))
    for step in [*range(-REACH, 0), *range(1, REACH + 1)]:
        beside = frame[["thread", "at", "own"]].shift(step)
        close = (beside["thread"] == frame["thread"]) & ((beside["at"] - frame["at"]).abs() <= NEAR)
        total += np.where(close, beside["own"].fillna(0), 0)
        number += close
    threads = frame.groupby("thread")["own"]
    frame["near"] = total / np.maximum(number, 1)
    frame["whole"] = (threads.transform("sum") - frame["own"]) / (threads.transform("size") - 1 + PRIOR)
    frame = frame.sort_values("index")
    return np.column_stack([frame[["own", "near", "whole"]].to_numpy(), said[list(FACTS)].to_numpy(float)])
