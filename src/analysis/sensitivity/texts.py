"""Every text that may carry a mark or a secret: bodies, subjects, headers, names and texts of attached files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

COLUMNS = ("message_id", "attachment_id", "where", "text", "sent_at", "channel", "sender")


def column(texts: Sequence[str]) -> pa.Array:
    """Texts as Arrow; half surrogate pairs, which Arrow refuses, become question marks (same length)."""
    try:
        return pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        return pa.array([one.encode("utf-16", "replace").decode("utf-16") for one in texts], pa.large_string())


@dataclass(frozen=True)
class Texts:
    """Texts in a fixed order; recognisers look only at those that a cheap, linear test (RE2) lets through."""

    frame: pd.DataFrame

    @cached_property
    def arrow(self) -> pa.Array:
        """The texts as Arrow."""
        return column(self.text)

    @cached_property
    def text(self) -> list[str]:
        """The texts."""
        return list(self.frame["text"])

    @cached_property
    def _columns(self) -> dict[str, list[object]]:
        rows = self.frame.astype(object).where(self.frame.notna(), None)
        return {name: list(rows[name]) for name in COLUMNS}

    def facts(self, at: int) -> dict[str, object]:
        """What names the text in row `at`: message, attachment, place."""
        return {name: self._columns[name][at] for name in ("message_id", "attachment_id", "where")}

    @cached_property
    def _places(self) -> dict[tuple[object, ...], int]:
        names = (self._columns[name] for name in ("message_id", "attachment_id", "where"))
        return {key: at for at, key in enumerate(zip(*names, strict=True))}

    def place(self, label: Mapping[str, object]) -> int:
        """The row of the text a label is on."""
        return self._places[label["message_id"], label["attachment_id"], label["where"]]

    def value(self, name: str, at: int) -> Any:
        """One column of one row; absent values are None."""
        return self._columns[name][at]

    def day(self, at: int) -> date | None:
        """The day it was sent."""
        sent = self._columns["sent_at"][at]
        return sent.date() if isinstance(sent, datetime) else None

    def holding(self, trigger: str, ignore_case: bool = False, headers: bool = False) -> list[int]:
        """Rows whose text holds a match of `trigger`, an RE2 pattern, in time linear in the text.

        `headers`: fields of mail headers too, which machines write and only marks are looked for in.
        """
        found = pc.match_substring_regex(self.arrow, trigger, ignore_case=ignore_case).to_numpy(zero_copy_only=False)
        return list(np.flatnonzero(found if headers else found & (self.frame["where"] != "header").to_numpy()))


def gathered(frames: Mapping[str, pd.DataFrame]) -> Texts:
    """The texts of a matter; a file carried by several copies of one message is one text."""
    messages = frames["messages"]
    handles = frames["identities"].query("kind == 'email'").set_index("identity_id")["normal"]
    said = messages[["message_id", "sent_at", "channel"]].assign(
        sender=messages["sender_identity_id"].map(handles), attachment_id=None
    )
    headers = frames["copies"][["message_id", "copy_id", "header"]].dropna().sort_values("copy_id")
    headers = headers.drop_duplicates("message_id").merge(said, on="message_id")
    files = frames["attachments"][["attachment_id", "message_id", "name"]].merge(
        said.drop(columns="attachment_id"), on="message_id"
    )
    inside = files.merge(frames["attachment_texts"][["attachment_id", "text"]], on="attachment_id")
    parts = [
        said.assign(where="body", text=messages["body"]),
        said.assign(where="subject", text=messages["subject"]),
        headers.assign(where="header", text=headers["header"]),
        files.assign(where="name", text=files["name"]).drop_duplicates(["message_id", "text"]),
        inside.assign(where="text").drop_duplicates(["message_id", "text"]),
    ]
    kept = [part[part["text"].notna()][list(COLUMNS)] for part in parts]
    rows = pd.concat([part for part in kept if len(part)] or kept[:1], ignore_index=True)
    return Texts(rows[rows["text"] != ""].reset_index(drop=True))


def of(texts: list[str], where: str = "body", **facts: object) -> Texts:
    """Texts without a matter, for tests and measurements."""
    return Texts(
        pd.DataFrame({
            "message_id": [str(row) for row in range(len(texts))], "attachment_id": None, "where": where, "text": texts,
            "sent_at": pd.NaT, "channel": "email", "sender": None, **facts,
        })
    )  # fmt: skip
