"""Writes an invented matter: world, story, true messages, copies with their imperfections, files, registers, truth."""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path
from random import Random

from analysis.errors import EvidenceError, ParameterError
from analysis.progress import Progress, quiet
from analysis.sample import clock, registers
from analysis.sample.cast import LINKEDIN, Account, Cast
from analysis.sample.copies import EXPLAINED, states
from analysis.sample.devices import DATABASES, SMS_DATABASES, SMS_METHODS, Devices
from analysis.sample.grammar import TEXT
from analysis.sample.ledger import Episode, Ledger, Message
from analysis.sample.linkedin import Inbox
from analysis.sample.mail import Mail, Post
from analysis.sample.mailboxes import FOLDERS, Mailboxes
from analysis.sample.phones import Chat, Phones
from analysis.sample.record import Record
from analysis.sample.sms import Backups
from analysis.sample.spill import Spill
from analysis.sample.threads import Change, Plan, Thread, extra_people
from analysis.sample.truth import KEPT, Truth
from analysis.sample.whatsapp import ChatExport
from analysis.store import write_text

COMMITTED = 8000  # messages of the committed sample: the unit of scale
LEAST = 1000
SHARES = {"whatsapp": 0.66, "sms": 0.17, "linkedin": 0.007}
FOLDERS_MOST = 100_000  # above this many messages every mailbox is one file
SHORT = 12  # letters under which a captured message proves nothing
METHODS = {
    "takeout": "provider take-out", "eml": "client export", "maildir": "server copy", "mbox": "server export",
}  # fmt: skip
KINDS = ("paste", "quote", "transcript", "transcript", "attachment")


def write(folder: Path, messages: int = COMMITTED, seed: int = 1, progress: Progress | None = None) -> None:
    """Write an invented matter with exactly `messages` true messages into a new or empty folder.

    Raises
    ------
    ParameterError
        Fewer than 1,000 messages were asked for: too few for every account to be seen.
    EvidenceError
        The folder holds something already.
    """
    if messages < LEAST:
        raise ParameterError(
            f"a sample of {messages} messages is too small to use every account; ask for {LEAST} or more"
        )
    if folder.exists() and any(folder.iterdir()):
        raise EvidenceError(f"{folder.name} is not empty; give a new folder, so that nothing received is overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    collecting = gc.isenabled()
    gc.disable()  # nothing here refers in circles, and walking the plan again and again costs a tenth of the time
    try:
        _write(folder, messages, seed, progress)
    finally:
        if collecting:
            gc.enable()


def _write(folder: Path, messages: int, seed: int, progress: Progress | None) -> None:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".part-") as spill:
        Scribe(folder, messages, seed, Path(spill), progress).write()


class Scribe:
    """One run."""

    def __init__(self, folder: Path, messages: int, seed: int, spill: Path, progress: Progress | None) -> None:
        scale = messages / COMMITTED
        self.folder, self.evidence, self.n_messages, self.seed = folder, folder / "evidence", messages, seed
        self.progress = progress or quiet
        self.cast = Cast(seed, extra_people(scale))
        self.devices = Devices(self.cast, seed)
        for account in self.cast.accounts.values():
            if account.style in FOLDERS and messages > FOLDERS_MOST:
                account.style = "mbox"
        self.plan = Plan(self.cast, self.devices, seed, scale)
        self.ledger = Ledger(self.cast, seed)
        self.spill = Spill(spill)
        self.backups, self.boxes, self.inbox = Backups(self.devices, self.spill), Mailboxes(self.spill), Inbox()
        self.phones = Phones(self.devices, self.spill)
        self.post = Post(self.cast, seed)
        self.truth = Truth(folder / "truth")
        self.record = Record(self.truth, registers.requests(self.cast))
        self.sources: list[registers.Source] = []

    def write(self) -> None:
        """Everything, channel after channel; mail comes last, so that the total is exact."""
        for channel, share in SHARES.items():
            for thread in self.plan.share(channel, round(self.n_messages * share)):
                self._thread(thread)
                self.progress("messages", self.ledger.n_messages, self.n_messages)
        self._mails()
        self._finish()

    def _thread(self, thread: Thread) -> None:
        draw = Random(f"copies {self.seed} {thread.no}")
        exports: list[ChatExport | Chat] = []
        if thread.channel == "whatsapp":
            exports = [
                self.phones.chat(thread, self.devices.by_owner[key])
                if key in DATABASES
                else ChatExport(self.evidence, thread, self.devices.by_owner[key], self.devices)
                for key in thread.holders
            ]
        changes, done = sorted(thread.changes, key=lambda change: change.at), 0
        for episode in self.ledger.episodes(thread):
            for message in episode.messages:
                while done < len(changes) and changes[done].at * 1000 <= message.at:
                    self._change(exports, changes[done])
                    done += 1
                self._message(thread, message, exports, draw)
            self.record.episode(episode)
            self._pass_on(thread, episode, draw)
            if len(self.truth.lines["messages"]) > KEPT:
                self.truth.flush()
        for change in changes[done:]:
            self._change(exports, change)
        for export in exports:
            self._close(export)

    def _message(self, thread: Thread, message: Message, exports: list[ChatExport | Chat], draw: Random) -> None:
        lines, no, sender = self.truth.lines, message.no, message.sender
        self.record.message(no, message.at, thread.channel, f"T{thread.no}", sender, message.text, message.business)
        lines["recipients"].append(thread.reached(message.at // 1000, sender).replace("\0", f"t{no}"))
        if exports:
            self._exported(message, exports, draw)
        elif thread.channel == "sms":
            self._texted(thread, message, draw)
        else:
            self.inbox.message(thread, message, self.cast.account("linkedin", LINKEDIN))

    def _texted(self, thread: Thread, message: Message, draw: Random) -> None:
        alone = len(thread.holders) == 1
        for key in thread.holders:
            device = self.devices.by_owner[key]
            if kind := self.backups.absence(message, device, alone, draw):
                path = f"evidence/{self.backups.path(device)}"
                self.truth.add("absences", f"t{message.no}", path, kind, EXPLAINED[kind])
                alone = True
            else:
                self.backups.message(thread, message, device)

    def _exported(self, message: Message, exports: list[ChatExport | Chat], draw: Random) -> None:
        lines, no = self.truth.lines, message.no
        found = states([export.holding for export in exports], message, draw)
        message.lost = "present" not in found
        for export, state in zip(exports, found, strict=True):
            if isinstance(export, Chat):
                export.message(message, state)
            elif state in ("present", "deleted"):
                seq = export.n_records
                held = export.message(message, state)
                label = export.cells[message.sender.address]
                lines["copies"].append(f"t{no},{export.cell},{seq},{held},{label}\n")
                if message.trap:
                    self._trap(export, message, seq)
            if state and state != "present":
                lines["absences"].append(f"t{no},{export.cell},{state},{EXPLAINED[state]}\n")

    def _trap(self, export: ChatExport, message: Message, seq: int) -> None:
        if message.trap != "typed":
            self.truth.add("suspects", export.path, seq, "pasted_header", message.text.split("\n")[1])
        elif export.device.ios:
            self.truth.add("suspects", export.path, seq, "typed_system_line", message.text)

    def _change(self, exports: list[ChatExport | Chat], change: Change) -> None:
        for export in exports:
            if export.change(change):
                actor, target = change.actor, change.target
                self.truth.add(
                    "events", export.path, change.kind, clock.iso(change.at * 1000),
                    actor.address if actor else "", target.address if target else "",
                )  # fmt: skip

    def _close(self, export: ChatExport | Chat) -> None:
        if isinstance(export, Chat):
            return
        export.close()
        account = self.cast.account("whatsapp", export.device.owner)
        order = "month_first" if export.device.style == "us" and not export.proven else ""
        self.sources.append(
            registers.phone_source(export.relative, account, export.device, "whatsapp", "chat export", order)
        )
        self.truth.add("offsets", export.path, export.device.offset_s)
        for address, label in sorted(export.labels.items()):
            self.truth.add("labels", export.path, label, address, export.accounts[address].person.key)

    def _pass_on(self, thread: Thread, episode: Episode, draw: Random) -> None:
        mail = self._capture(thread, episode, draw) if episode.business else None
        captured = {no for no, _ in mail[1]} if mail else set()
        for message in episode.messages:
            if message.business and not message.lost and message.no not in captured:
                self.record.missed(message.no, message.at, message.text)

    def _capture(self, thread: Thread, episode: Episode, draw: Random) -> tuple[Mail, list[tuple[int, int]]] | None:
        owners = [
            account for account in thread.active(episode.messages[0].at // 1000)
            if account.person.key in thread.holders and self.post.wants_capture(account)
        ]  # fmt: skip
        chosen = [message for message in episode.messages if message.business and message.text and not message.trap]
        if not owners or not any(len(message.text) >= SHORT for message in chosen):
            return None
        kind = KINDS[int(draw.random() * len(KINDS))]
        long = [message for message in chosen if len(message.text) >= 3 * SHORT]
        chosen = chosen[:9] if kind in ("transcript", "attachment") else long[:2] or chosen[:1]
        device = self.devices.by_owner.get(owners[0].person.key)
        labels = [self.devices.label(device, m.sender) if device else m.sender.person.name for m in chosen]
        other = next((label for label, m in zip(labels, chosen, strict=True) if m.sender is not owners[0]), "group")
        mail = self.post.capture(owners[0], kind, chosen, labels, thread.title or other)
        return self._captured(mail, kind, [(m.no, m.at) for m in chosen if len(m.text) >= SHORT]) if mail else None

    def _captured(self, mail: Mail, kind: str, chosen: list[tuple[int, int]]) -> tuple[Mail, list[tuple[int, int]]]:
        for no, at in chosen:
            self.truth.add("captures", f"t{no}", mail.message_id, kind, (mail.at - at) // 1000)
        self._mail(mail, f"Q{self.ledger.n_messages + 1}")
        return mail, chosen

    def _mail(self, mail: Mail, thread: str) -> None:
        self.ledger.n_messages += 1
        no = mail.no = self.ledger.n_messages
        self.record.message(no, mail.at, "email", thread, mail.sender, mail.body, mail.business)
        for place, account in enumerate(mail.to):
            self.truth.add("recipients", f"t{no}", account.address, "cc" if place else "to")
        self.boxes.mail(mail)
        self.record.stamp(mail)
        if mail.personal or mail.marks:
            self.record.spans(no, mail.body, "body", mail.personal, mail.marks)
            self.record.spans(no, mail.subject, "subject", [], mail.marks)

    def _mails(self) -> None:
        lines = self.plan.facts["pairs"]["mail"]
        for place, line in enumerate(lines):
            left = self.n_messages - self.ledger.n_messages
            quota = left if place == len(lines) - 1 else max(1, left // (len(lines) - place))
            for number, mails in enumerate(self.post.conversations(line, place, quota)):
                passed = set[int]()
                for mail in mails:
                    self._mail(mail, f"M{place}-{number}")
                    if mail.business:
                        passed |= self._forward(mail)
                for mail in mails:
                    if mail.business and mail.no not in passed:
                        self.record.missed(mail.no, mail.at, f"{mail.subject}\n{mail.body}")
            self.progress("messages", self.ledger.n_messages, self.n_messages)

    def _forward(self, mail: Mail) -> set[int]:
        """Which mails an official item holds: a private one may be forwarded to the office, with what it quotes."""
        parties = (mail.sender, *mail.to)
        if any(account.ownership == "official" for account in parties):
            return {mail.no}
        owner = next((account for account in parties if account.style), None)
        left = self.ledger.n_messages < self.n_messages
        sent = self.post.forward(owner, mail) if owner and left and self.post.wants_capture(owner) else None
        held = [one for one in (mail, mail.cited) if one and sent]
        if sent:
            self._captured(sent, "forward", [(one.no, one.at) for one in held])
        return {one.no for one in held}

    def _finish(self) -> None:
        for path, device in self.phones.write(self.evidence, self.truth):
            account = self.cast.account("whatsapp", device.owner)
            self.sources.append(registers.phone_source(path, account, device, "whatsapp", "file system extraction"))
            self.truth.add("offsets", f"evidence/{path}", 0)
        for path, device in self.backups.write(self.evidence, self.truth):
            account = self.cast.account("sms", device.owner)
            form = SMS_DATABASES.get(device.owner)
            method = SMS_METHODS.get(form, "file system extraction") if form else "SMS Backup & Restore"
            self.sources.append(registers.phone_source(path, account, device, "sms", method))
            self.truth.add("offsets", f"evidence/{path}", device.sms_offset_s)
        for path, account, is_folder in self.boxes.write(self.evidence, self.truth):
            self._mailbox_source(path, account, is_folder)
        owner = self.cast.account("linkedin", LINKEDIN)
        path = self.inbox.write(self.evidence, owner, self.truth)
        at = clock.moment("2021-09-14")
        self.sources.append(
            registers.Source(path, LINKEDIN, "linkedin", owner.address, "", at, "get a copy of your data", "UTC")
        )
        self.record.people(self.cast)
        self.truth.close()
        registers.write(self.folder, self.cast, self.devices, self.sources)
        registers.matter(self.folder)
        made = f"Made with `offchannel sample {self.folder.name} --messages {self.n_messages} --seed {self.seed}`."
        write_text(self.folder / "README.md", (TEXT / "README.md").read_text(encoding="utf-8").replace("MADE", made))
        write_text(self.folder / "truth" / "README.md", (TEXT / "truth.md").read_text(encoding="utf-8"))

    def _mailbox_source(self, path: str, account: Account, is_folder: bool) -> None:
        at = clock.moment("2021-09-20") + 3600 * int(account.person.key[1:])
        method = METHODS[account.style]
        key = account.person.key
        self.sources.append(registers.Source(path, key, "email", account.address, "", at, method, "", folder=is_folder))
