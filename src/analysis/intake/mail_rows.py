"""Records of mails to the rows a reader yields, in bounded memory: batches become Arrow tables as they fill."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from analysis.intake.mail_addresses import Mailbox
from analysis.intake.mail_message import Mail
from analysis.intake.mail_text import decode_words
from analysis.intake.records import CODED, FIELDS, ON_BEHALF, Hints, Reading, rows

BATCH = 4_000  # mails kept as Python objects at a time
PLACES = 5  # locators named per kind of defect in the notes
SHARE_DELIVERED = 0.5  # of the mails must be delivered to one address for it to be the owner's

# Labels and folders are named in the language of the account.
SENT = frozenset({"sent", "sent mail", "sent items", "gesendet", "gesendete elemente", "messages envoyés", "envoyés",
                  "éléments envoyés", "enviados", "elementos enviados", "enviado", "inviati", "posta inviata",
                  "verzonden", "verzonden items", "skickat", "wysłane"})  # fmt: skip
DRAFT = frozenset({"draft", "drafts", "entwürfe", "brouillons", "borradores", "borrador", "bozze", "rascunhos",
                   "concepten", "utkast", "wersje robocze"})  # fmt: skip
_NONE: set[str] = set()
CHAT = frozenset({"chat", "chats", "hangouts"})
SUSPECT = (
    "address_mismatch:from", "several_from", "several_message_id", "date_missing", "date_unreadable", "date_absurd",
    "date_after_receipt",
)  # fmt: skip


class Rows:
    """What has been read of one file so far."""

    def __init__(self, hints: Hints) -> None:
        self.owner = hints.owner.casefold()
        self.tables: dict[str, list[pa.Table]] = {name: [rows(name)] for name in FIELDS}
        self.pending: dict[str, list[tuple[Any, ...]]] = {name: [] for name in FIELDS}
        self.roots: list[str] = []  # provisional thread of each copy
        self.root_of: dict[str, str] = {}  # Message-ID -> root its header names
        self.thread_ids: dict[str, str] = {}  # provider's thread id -> root first seen with it
        self.titles: dict[str, str | None] = {}
        self.seen_names: set[Mailbox] = set()
        self.defects: dict[str, list[str]] = {}
        self.counts: Counter[str] = Counter()
        self.delivered: Counter[str] = Counter()
        self.authors: Counter[str] = Counter()  # of mails labelled as sent
        self.all_utc = True

    def add(self, mail: Mail, locator: str, state: str = "", labels: Iterable[str] = (), path: str = "") -> None:
        """One mail and the mails inside it; `labels`: folders it lay in; `path`: the part it was, inside another."""
        position, sender = len(self.roots), mail.senders[0] if mail.senders else None
        labels = _labels(mail).union(labels) if labels or "x-gmail-labels" in mail.fields.values else _NONE
        from_owner = bool(labels & SENT) or (sender is not None and sender.handle.casefold() == self.owner) or None
        if mail.defects or mail.agent or labels:
            self.notice(mail, locator, labels)
        if not path and (labels or "delivered-to" in mail.fields.values):
            self.owners(mail, labels, sender)
        root = self.root(mail, locator)
        self.roots.append(root)
        at, utc, precision = mail.sent.instant or (None, False, "second")
        self.all_utc &= utc or at is None
        state = "encrypted" if mail.encrypted else state or ("draft" if labels & DRAFT else "present")
        flaws = [flaw for flaw in SUSPECT if flaw in mail.defects] if mail.defects else []
        self.pending["copies"].append((
            locator, root, sender and sender.handle, sender and sender.kind, from_owner, at, utc, mail.sent.text,
            precision, "mail", state, mail.subject, mail.body, mail.message_id, mail.parent,
            mail.forwarded or bool(path), False,
            flaws[0] if flaws else None, mail.fields.marking() if mail.fields.values else None,
        ))  # fmt: skip
        for role, people in (("to", mail.to), ("cc", mail.cc), ("bcc", mail.bcc)):
            if people:
                if len(people) > 1 and len({person[1] for person in people}) < len(people):
                    people = list({person[1:]: person for person in people}.values())
                self.pending["recipients"] += [(position, handle, kind, role) for _, handle, kind in people]
        self.names([*mail.senders, *mail.to, *mail.cc, *mail.bcc, *mail.reply_to], locator)
        if mail.agent:
            self.names([mail.agent], locator)
        if mail.agent and sender:
            self.behalf(sender, mail.agent, locator)
        for file in mail.attachments:
            self.pending["attachments"].append((position, *file[:4], file.sha256 is not None, *file[4:]))
        if len(self.pending["copies"]) >= BATCH:
            self.flush()
        for number, inner in mail.nested:
            place = f"{path}.{number}" if path else number
            self.note("nested_mail", inside := f"{locator.split(' bytes ')[0].split(' part ')[0]} part {place}")
            self.add(inner, inside, path=place)

    def reject(self, locator: str, reason: str, n_bytes: int) -> None:
        """Bytes that are not a mail."""
        self.pending["rejects"].append((locator, reason, n_bytes))
        self.counts["bytes_rejects"] += n_bytes

    def note(self, kind: str, locator: str) -> None:
        """Something about one mail that no column holds."""
        self.counts[kind] += 1
        places = self.defects.setdefault(kind, [])
        if len(places) < PLACES:
            places.append(locator)

    def notice(self, mail: Mail, locator: str, labels: set[str]) -> None:
        """Count what no column holds."""
        for defect in mail.defects:
            self.note("encrypted: not examinable" if defect == "encrypted" else defect, locator)
        if mail.agent:
            self.note("sent_on_behalf", locator)
        if labels & CHAT:
            self.note("labelled_chat", locator)

    def owners(self, mail: Mail, labels: set[str], sender: Mailbox | None) -> None:
        """Whatever shows whose mailbox this is."""
        if labels & SENT and sender and sender.kind == "email":
            self.authors[sender.handle.lower()] += 1
        if "delivered-to" in mail.fields.values:
            addresses = {value.strip("<> ").lower() for value in mail.fields.all("delivered-to")}
            self.delivered.update(sorted(address for address in addresses if "@" in address))

    def root(self, mail: Mail, locator: str) -> str:
        """Key of the conversation: the References root, else the provider's thread id, else the mail itself."""
        found = mail.root or locator
        if given := mail.conversation:
            if not mail.parent:
                found = self.thread_ids.get(given, found)
            self.thread_ids.setdefault(given, found)
        if mail.message_id:
            self.root_of.setdefault(mail.message_id, found)
        if found == mail.message_id:
            self.titles[found] = mail.subject
        self.titles.setdefault(found, mail.subject)
        return found

    def names(self, people: Sequence[Mailbox], locator: str) -> None:
        """A display name beside an address, the first time this file shows the pair."""
        if self.seen_names.issuperset(people):
            return
        for person in people:
            if not person.name or person.kind != "email":
                self.seen_names.add(person)
            if person in self.seen_names:
                continue
            if "@" in person.name:  # an address shown in front of another address: never evidence of who it is
                self.note("name_is_address", locator)
                continue
            key = Mailbox(person.name, person.handle.lower(), "email")
            if key not in self.seen_names:
                self.pending["names"].append((person.handle, "email", person.name, "display_name", locator))
            self.seen_names |= {key, person}

    def behalf(self, author: Mailbox, agent: Mailbox, locator: str) -> None:
        """Whose mail the mailbox in `Sender` sends, the first time this file shows the pair."""
        if (agent.kind, author.kind) != ("email", "email"):
            return
        pair = Mailbox(author.handle.lower(), agent.handle.lower(), ON_BEHALF)
        if pair not in self.seen_names and pair[0] != pair[1]:
            self.pending["names"].append((agent.handle, "email", author.handle, ON_BEHALF, locator))
        self.seen_names.add(pair)

    def flush(self) -> None:
        """Turn what is pending into Arrow tables."""
        for name, pending in self.pending.items():
            if pending:
                columns = dict(zip(FIELDS[name].names, zip(*pending, strict=True), strict=False))  # later fields: null
                if name == "copies":
                    columns["body"] = pa.array(columns["body"], pa.binary()).view(pa.string())
                self.tables[name].append(rows(name, columns))
                pending.clear()

    def reading(self, n_bytes: int | None, framing: int = 0, notes: Iterable[str] = ()) -> Reading:
        """Everything, with threads followed to their roots and every byte (if they are counted) in its account."""
        self.flush()
        tables = {name: pa.concat_tables(found) for name, found in self.tables.items()}
        keys = [self.followed(root) for root in self.roots]
        tables["copies"] = tables["copies"].set_column(1, FIELDS["copies"].field("thread"), pa.array(keys, CODED))
        known = list(dict.fromkeys(keys))
        titles = [self.titles.get(key) for key in known]
        tables["threads"] = rows("threads", {"thread": known, "kind": ["mail"] * len(known), "title": titles})
        rejected, n_rejects = self.counts["bytes_rejects"], tables["rejects"].num_rows
        owner, basis = self.whose()
        counted = n_bytes is not None
        return Reading(
            "email", **tables,
            bytes_copies=None if n_bytes is None else n_bytes - rejected - framing, bytes_events=0 if counted else None,
            bytes_rejects=rejected if counted else None, bytes_framing=framing if counted else None,
            zone_basis="embedded" if self.all_utc and self.roots else "assumed",
            owner=owner, owner_kind="email" if owner else None, owner_basis=basis,
            status="partial" if n_rejects else "read", reason=f"{n_rejects} pieces are no mail" if n_rejects else None,
            notes=[*notes, *(f"{kind}: {self.counts[kind]} ({', '.join(places)}"
                             f"{', ...' if self.counts[kind] > PLACES else ''})"
                             for kind, places in sorted(self.defects.items()))],
        )  # fmt: skip

    def followed(self, root: str) -> str:
        """The oldest root reachable within this file; a loop ends at its smallest id. Each way is walked once."""
        walked: dict[str, None] = {}
        while (above := self.root_of.get(root, root)) != root and root not in walked:
            walked[root] = None
            root = above
        if root in walked:
            loop = list(walked)
            root = min(loop[loop.index(root) :])
        self.root_of.update(dict.fromkeys(walked, root))
        return root

    def whose(self) -> tuple[str | None, str | None]:
        """The owner's address, when the file itself shows it: sent mail, or the address it was delivered to."""
        if self.authors:
            address, count = min(self.authors.items(), key=lambda item: (-item[1], item[0]))
            return address, f"author of {count} of {sum(self.authors.values())} mails labelled as sent"
        if self.delivered:
            address, count = min(self.delivered.items(), key=lambda item: (-item[1], item[0]))
            if count > SHARE_DELIVERED * len(self.roots):
                return address, f"{count} of {len(self.roots)} mails say Delivered-To"
        return None, None


def _labels(mail: Mail) -> set[str]:
    raw = mail.fields.raw("x-gmail-labels")
    if not raw:
        return set()
    return {label.strip().lower() for line in csv.reader([decode_words(raw)]) for label in line}
