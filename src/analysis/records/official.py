"""What is on the official side and what is not: items that an official account sent, received or holds.

An account is official when the register says so or its mail domain is one of the matter's. Cannot show: whether an
item was ever filed; standing in an official mailbox is what is meant by reaching the record here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.resolve.rows import each

if TYPE_CHECKING:
    from analysis.matter import Matter

NO_TEXT = ("deleted", "omitted", "view_once", "encrypted")
"""States of a copy whose body is the application's words, not the sender's."""

_SHOWN = re.compile(r"\u200e[^\n\u200e]*")  # what the application itself writes beside a picture ("image omitted")...
_OMITTED = re.compile(r"\A<[^<>\n]{1,60}>")  # ...or in place of it ("<Media omitted>")


def official_ids(matter: Matter, frames: Mapping[str, pd.DataFrame]) -> set[str]:
    """Ids of the messages that an official account sent, received or holds."""
    accounts = frames["accounts"]
    known = set(_pairs(accounts[accounts["ownership"] == "official"], "channel", "address"))
    handles = frames["identities"]
    ours = handles["normal"].fillna("").astype("str").str.split("@").str[-1].map(matter.is_official).astype(bool)
    pairs = pd.Series(_pairs(handles, "channel", "normal"), handles.index)
    official = set(handles.loc[(ours & (handles["kind"] == "email")) | pairs.isin(known), "identity_id"])
    messages, recipients, copies, sources = (frames[name] for name in ("messages", "recipients", "copies", "sources"))
    boxes = pd.Series(_pairs(sources, "channel", "address"), sources.index).isin(known)
    held = set(sources.loc[boxes, "source_id"])
    return (
        set(messages.loc[messages["sender_identity_id"].isin(official), "message_id"])
        | set(recipients.loc[recipients["identity_id"].isin(official), "message_id"])
        | set(copies.loc[copies["source_id"].isin(held), "message_id"])
    )


def _pairs(frame: pd.DataFrame, one: str, two: str) -> list[tuple[str, str]]:
    return list(zip(frame[one].fillna(""), frame[two].fillna(""), strict=True))


def private_texts(official: set[str], frames: Mapping[str, pd.DataFrame], letters: int) -> pd.DataFrame:
    """A row is a private message with text of its own of at least so many letters, in order of time.

    `message_id`, `thread_id`, `channel`, `sent_at`, `body` (names of attached files blanked out).
    """
    messages = frames["messages"]
    states = messages["best_copy_id"].map(frames["copies"].set_index("copy_id")["state"])
    rows = messages[(~states.isin(NO_TEXT) | (states == "omitted")) & ~messages["message_id"].isin(official)]
    own = _own_words(rows, frames)
    told = (states[rows.index] != "omitted") | (own != rows["body"])  # a caption beside the application's words
    rows = rows.assign(body=own)[["message_id", "thread_id", "channel", "sent_at", "body"]]
    rows = rows[told & (rows["body"].str.strip().str.len() >= letters)]
    return rows.sort_values(["sent_at", "message_id"], ignore_index=True)


def _own_words(rows: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> pd.Series[Any]:
    """Bodies with the application's mention of an attached file overwritten by spaces, so that places stay the same."""
    bodies = rows["body"].fillna("")
    for pattern, which in ((_SHOWN, slice(None)), (_OMITTED, rows["kind"] != "text")):
        bodies[which] = bodies[which].str.replace(pattern, lambda found: " " * len(found[0]), regex=True)
    files = frames["attachments"].loc[frames["attachments"]["name"].fillna("") != "", ["message_id", "name"]]
    places = pd.Series(rows.index, rows["message_id"])
    for row in each(files[files["message_id"].isin(places.index)].drop_duplicates()):
        mention = re.compile(
            rf"<[^<>\n]{{0,40}}{re.escape(row.name)}[^<>\n]{{0,40}}>|{re.escape(row.name)}(?: \([^()\n]*\))?"
        )
        place = places[row.message_id]
        bodies[place] = mention.sub(lambda found: " " * len(found[0]), bodies[place])
    return bodies


def official_texts(official: set[str], frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A row is a text of an official item: its subject and body, or one of its attached files.

    `message_id`, `thread_id`, `sent_at`, `attachment_id` (absent for its body), `text`, `basis` (how it was read).
    """
    messages = frames["messages"]
    messages = messages[messages["message_id"].isin(official)]
    bodies = messages[["message_id", "thread_id", "sent_at"]].assign(
        attachment_id=None, text=messages["body"].fillna(""), basis="body"
    )
    files = frames["attachment_texts"].merge(frames["attachments"][["attachment_id", "message_id"]], on="attachment_id")
    files = files.merge(messages[["message_id", "thread_id", "sent_at"]], on="message_id").sort_values("attachment_id")
    files = files.drop_duplicates(["message_id", "text"])
    rows = pd.concat([bodies.astype({"attachment_id": "str"}), files[bodies.columns]], ignore_index=True)
    order = ["sent_at", "message_id", "attachment_id"]
    sorted_: pd.DataFrame = rows.sort_values(order, ignore_index=True, na_position="first")
    return sorted_


def parties(frames: Mapping[str, pd.DataFrame], ids: Any) -> dict[str, frozenset[str]]:
    """People who sent or received each of these messages."""
    messages, recipients = frames["messages"], frames["recipients"]
    sent = messages.loc[messages["message_id"].isin(ids), ["message_id", "sender_person_id"]]
    got = recipients.loc[recipients["message_id"].isin(ids), ["message_id", "person_id"]]
    both = pd.concat([sent.set_axis(got.columns, axis=1), got]).dropna()
    return {str(key): frozenset(people) for key, people in both.groupby("message_id")["person_id"]}
