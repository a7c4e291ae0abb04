"""LinkedIn's `messages.csv`, as "Get a copy of your data" gives it: newest first."""

from __future__ import annotations

import csv
from pathlib import Path

from analysis.sample import clock
from analysis.sample.cast import Account
from analysis.sample.ledger import Message
from analysis.sample.threads import Thread
from analysis.sample.truth import Truth
from analysis.store import make_id

HEAD = (
    "CONVERSATION ID", "CONVERSATION TITLE", "FROM", "SENDER PROFILE URL", "TO", "RECIPIENT PROFILE URLS", "DATE",
    "SUBJECT", "CONTENT", "FOLDER",
)  # fmt: skip


class Inbox:
    """Messages of the one profile."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, tuple[str, ...]]] = []

    def message(self, thread: Thread, message: Message, owner: Account) -> str:
        """Keep a row; returns the sender's name as shown."""
        other = next(account for account in thread.active(message.at // 1000) if account is not message.sender)
        sender, stamp = message.sender, clock.iso(message.at)
        row = (
            f"2-{make_id('conversation', thread.no)}", "", sender.person.name, sender.address, other.person.name,
            other.address, f"{stamp[:10]} {stamp[11:19]} UTC", "", message.text, "SENT" if sender is owner else "INBOX",
        )  # fmt: skip
        self.rows.append((message.at, message.no, row))
        return sender.person.name

    def write(self, folder: Path, owner: Account, truth: Truth) -> str:
        """Write the file; returns its path."""
        path = f"{owner.person.key}/linkedin/messages.csv"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(HEAD)
            for seq, (_, no, row) in enumerate(sorted(self.rows, reverse=True)):
                writer.writerow(row)
                truth.add("copies", f"t{no}", f"evidence/{path}", seq, "present", row[2])
        return path
