"""Mailboxes as exported: mboxrd, a web mailer's take-out mbox, a folder of `.eml` files, or a Maildir."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.sample import clock
from analysis.sample.cast import Account
from analysis.sample.mail import Mail, written
from analysis.sample.spill import Spill
from analysis.sample.truth import Truth
from analysis.store import make_id

FOLDERS = ("eml", "maildir")  # a file a mail
_FROM = re.compile(r"^(>*From )", re.MULTILINE)


class Mailboxes:
    """Copies of mails per exported mailbox, sorted and written at the end."""

    def __init__(self, spill: Spill) -> None:
        self.spill = spill
        self.exported: dict[str, Account] = {}

    def mail(self, mail: Mail) -> int:
        """Keep a copy in every exported mailbox of a sender or recipient; returns how many."""
        text, n_copies = "", 0
        for account in (mail.sender, *mail.to):
            if account.style:
                text = text or written(mail)
                self.exported[account.address] = account
                gmail = make_id(mail.thread_id)[:12] if account.style == "takeout" else ""
                row = (mail.at, mail.no, mail.sender.address, account is mail.sender, gmail, text)
                self.spill.add(f"mail {account.address}", row)
                n_copies += 1
        return n_copies

    def write(self, folder: Path, truth: Truth) -> list[tuple[str, Account, bool]]:
        """Write every mailbox; returns path, account and whether it is a folder."""
        done = []
        for address in sorted(self.exported):
            account = self.exported[address]
            base = f"{account.person.key}/{'official-mail' if account.ownership == 'official' else 'private-mail'}"
            (folder / base).mkdir(parents=True, exist_ok=True)
            rows = self.spill.sorted(f"mail {address}")
            if account.style in FOLDERS:
                path = f"{base}/{address.partition('@')[0]}"
                self._files(folder, path, account.style == "maildir", rows, truth)
            else:
                name = (
                    "All mail Including Spam and Trash.mbox"
                    if account.style == "takeout"
                    else f"{address.partition('@')[0]}.mbox"
                )
                path = f"{base}/{name}"
                self._mbox(folder, path, account, rows, truth)
            done.append((path, account, account.style in FOLDERS))
        return done

    def _mbox(self, folder: Path, path: str, account: Account, rows: Iterator[tuple[Any, ...]], truth: Truth) -> None:
        takeout = account.style == "takeout"
        with (folder / path).open("w", encoding="utf-8", newline="\n") as out:
            for seq, (at, no, sender, own, thread, text) in enumerate(rows):
                stamp = clock.stamp(at // 1000)  # Mon, 16 Mar 2020 09:17:00 -0000
                day = f"{stamp[:3]} {stamp[8:11]} {stamp[5:7]} {stamp[17:25]}"
                if takeout:
                    label = "Sent" if own else "Inbox,Opened"
                    number = int(thread, 16)
                    out.write(
                        f"From {number}@xxx {day} +0000 {stamp[12:16]}\nX-GM-THRID: {number}\nX-Gmail-Labels: {label}\n"
                    )
                else:
                    out.write(f"From {sender} {day} {stamp[12:16]}\n")
                out.write(_received(at, account, own))
                out.write(_FROM.sub(r">\1", text))
                out.write("\n")
                truth.add("copies", f"t{no}", f"evidence/{path}", seq, "present", sender)

    def _files(self, folder: Path, path: str, maildir: bool, rows: Iterator[tuple[Any, ...]], truth: Truth) -> None:
        """A file a mail: `.eml` with its line ends, or a Maildir (`;2,` for `:2,`, as on systems without colons)."""
        for inside in ("cur", "new", "tmp") if maildir else ("",):
            (folder / path / inside).mkdir(parents=True, exist_ok=True)
        for at, no, sender, own, _, text in rows:
            stem = f"{at // 1000}-{no}.eml" if not maildir else f"cur/{at // 1000}.M{at % 1000}P{no}.post;2,S"
            name, body = f"{path}/{stem}", _received(at, None, own) + text
            (folder / name).write_bytes((body if maildir else body.replace("\n", "\r\n")).encode())
            truth.add("copies", f"t{no}", f"evidence/{name}", 0, "present", sender)


def _received(at: int, account: Account | None, own: bool) -> str:
    if own:
        return ""
    stamp = clock.stamp(at // 1000 + 3)
    host = account.address.partition("@")[2] if account else "dhr.example"
    return f"Received: from relay.post.example by mx.{host} with ESMTPS (TLS1.2);\n {stamp}\n"
