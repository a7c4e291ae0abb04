"""Mail as composed: conversations between mailboxes, and private messages that somebody passed on to the record."""

from __future__ import annotations

from base64 import b64encode, encodebytes
from binascii import b2a_qp
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import numpy as np

from analysis.sample import clock
from analysis.sample.cast import DEPARTMENT, Account, Cast
from analysis.sample.draws import DRAWS
from analysis.sample.grammar import Facts, Story, grammar
from analysis.sample.ledger import Message
from analysis.store import make_id

CAPTURE_SHARE = {"minister": 0.1, "adviser": 0.02, "official": 0.14, "other": 0.03}
SOON_SHARE = 0.68
LABELLED = 32
"""Of so many official mails without a mark in their words, one carries the label that a mail programme gives."""
WHOLE = 0.8  # of its words: a mail quoted as far as this is quoted whole
RECORDERS = ("C11", "C13", "C10", "C17")
COVER = (
    "For the record, from my phone:", "Please file the exchange below.", "See below, this came to my own number.",
    "Forwarding as advised. It was sent to me privately.", "From earlier, sorry for the delay. Please save.",
    "The following was agreed by message and should be on the file.",
)  # fmt: skip


@dataclass(slots=True)
class Mail:
    """One true mail."""

    no: int
    at: int
    sender: Account
    to: list[Account]
    subject: str
    body: str
    business: bool
    message_id: str
    parent: str = ""
    thread_id: str = ""
    attachment: tuple[str, str] | None = None
    personal: list[tuple[str, str]] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)
    cited: Mail | None = None  # the mail that this one quotes word for word


class Post:
    """Composes mail."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.seed = cast, seed
        self.draw = Random(f"captures {seed}")
        self.names = [person.given for person in cast.custodians()]

    def conversations(self, line: str, place: int, quota: int) -> Iterator[list[Mail]]:
        """Mails between the mailboxes of one line of the plan; numbers are given later."""
        keys, tags = (part.split() for part in line.split(":"))
        draw = Random(f"mail {self.seed} {place}")
        boxes = [self.cast.account("email", key) for key in keys]
        stories = [story for story in grammar().mail if story.tags & frozenset(tags)]
        rng = np.random.default_rng((self.seed, 7, place))
        due = max(1, quota // 2)
        beginnings = clock.starts(rng, due, clock.FIRST + 9 * clock.DAY_S, clock.LAST - 6 * clock.DAY_S, "mail")
        left = quota
        for number, at in enumerate(beginnings):
            most = left if number == due - 1 else min(left, round(left / (due - number)) + draw.randint(-1, 1))
            if most > 0:
                mails = self._conversation(draw, boxes, stories, at, most)
                left -= len(mails)
                yield mails
            if number == due - 1 and left > 0:
                while left > 0:
                    mails = self._conversation(draw, boxes, stories, at + draw.randint(0, 90_000), left)
                    left -= len(mails)
                    yield mails

    def capture(self, owner: Account, kind: str, messages: list[Message], labels: list[str], other: str) -> Mail | None:
        """The official mail by which somebody passes private messages on, or nothing when it would be too late."""
        draw = self.draw
        delay = draw.lognormvariate(9.2, 1.3) if draw.random() < SOON_SHARE else draw.uniform(8, 110) * clock.DAY_S
        at = messages[-1].at + int(delay * 1000) + 60_000
        if at // 1000 > clock.LAST + 20 * clock.DAY_S:
            return None
        sender = self.cast.account("email", owner.person.key)
        reader = next(key for key in draw.sample(RECORDERS, 2) if key != owner.person.key)
        to = [self.cast.account("email", reader)]
        attachment, quoted = None, _shown(kind, messages, labels)
        if kind == "attachment":
            attachment, quoted = (f"WhatsApp Chat with {other}.txt", quoted), "Export attached."
        body = f"{to[0].person.given},\n\n{draw.choice(COVER)}\n\n{quoted}\n\n{sender.person.given}"
        subject = draw.choice((f"FW: {other}", f"Message from {other}", f"For the file: {other}", "Phone messages"))
        return self._mail(at, sender, to, subject, body, True, attachment=attachment)

    def forward(self, owner: Account, mail: Mail) -> Mail | None:
        """A private mail sent on, whole, to the owner's office."""
        quoted = (
            f"---------- Forwarded message ---------\nFrom: {mailbox(mail.sender)}\n"
            f"Date: {clock.stamp(mail.at // 1000)[:16]}\n"
            f"Subject: {mail.subject}\nTo: {mailbox(mail.to[0])}\n\n{mail.body}"
        )
        return self.capture(owner, "forward", [Message(0, mail.at, mail.sender, quoted, True)], [""], mail.subject)

    def wants_capture(self, account: Account) -> bool:
        """Whether this custodian, by habit, passes a conversation on."""
        role = account.person.role.lower()
        sort = "minister" if "minister" in role or role.startswith("secretary") else "official"
        sort = "adviser" if "special" in role else "other" if "executive" in role else sort
        return self.draw.random() < CAPTURE_SHARE[sort]

    def _facts(self, draw: Random, at: int, boxes: list[Account]) -> Facts:
        facts = Facts(draw.random, DRAWS)
        facts["at"] = str(at)
        facts["A"], facts["B"] = boxes[0].person.given, boxes[1].person.given
        facts["C"] = boxes[-1].person.given
        facts["who"] = self.names[int(draw.random() * len(self.names))]
        firm = next((box.person.organisation for box in boxes if box.key[0] in "SX"), "")
        if firm:
            facts["firm"] = firm
        return facts

    def _conversation(self, draw: Random, boxes: list[Account], stories: list[Story], at: int, most: int) -> list[Mail]:
        order = boxes if draw.random() < 0.7 or boxes[0].ownership == "outside" else draw.sample(boxes, len(boxes))
        facts = self._facts(draw, at, order)
        story = stories[int(draw.random() * len(stories))]
        subject, ms = "", at * 1000 + draw.randint(0, 999)
        mails: list[Mail] = []
        parts: list[str] = []
        for beat in story.beats:
            if beat.maybe and draw.random() < 0.35:
                continue
            said = beat.ways.say(facts)
            if beat.who == "S":
                subject = said
            elif beat.who == "P":
                parts.append(said)
            else:
                if not mails:
                    mails.append(self._first(order, ms, subject, parts, facts, story))
                if len(mails) >= most:
                    break
                ms += int(draw.lognormvariate(8.3, 1.2) * 1000) + 60_000
                mails.append(self._reply(draw, order, mails[-1], ms, said, facts, story))
        return mails or [self._first(order, ms, subject, parts, facts, story)]

    def _first(self, order: list[Account], ms: int, subject: str, parts: list[str], facts: Facts, story: Story) -> Mail:
        mail = self._mail(ms, order[0], order[1:], subject, _letter(order[0], order[1:], parts, facts), story.business)
        mail.personal, mail.marks = facts.personal, facts.marks
        mail.thread_id = mail.message_id
        return mail

    def _reply(
        self, draw: Random, order: list[Account], parent: Mail, ms: int, said: str, facts: Facts, story: Story
    ) -> Mail:
        sender = parent.to[0] if parent.to[0] is not parent.sender else order[0]
        to = [parent.sender, *(box for box in order if box is not sender and box is not parent.sender)]
        body = _letter(sender, to, [said], facts)
        cited = None
        if draw.random() < 0.3:
            lines = parent.body.split("\n")[:6]
            body += f"\n\nOn {clock.stamp(parent.at // 1000)[5:22]}, {parent.sender.person.name} wrote:\n" + "\n".join(
                f"> {line}" for line in lines
            )
            cited = parent if len(" ".join(lines).split()) >= WHOLE * len(parent.body.split()) else None
        subject = parent.subject if parent.subject.startswith("RE: ") else f"RE: {parent.subject}"
        mail = self._mail(ms, sender, to, subject, body, story.business, parent.message_id)
        mail.personal, mail.marks, mail.thread_id, mail.cited = facts.personal, facts.marks, parent.thread_id, cited
        return mail

    def _mail(
        self,
        ms: int,
        sender: Account,
        to: list[Account],
        subject: str,
        body: str,
        business: bool,
        parent: str = "",
        attachment: tuple[str, str] | None = None,
    ) -> Mail:
        name = make_id(self.seed, ms, sender.address, subject, body)
        domain = sender.address.partition("@")[2]
        return Mail(0, ms, sender, to, subject, body, business, f"<{name}@{domain}>", parent, "", attachment)


def _letter(sender: Account, to: list[Account], parts: list[str], facts: Facts) -> str:
    names = facts["B"]
    facts["B"] = to[0].person.given
    lines = [grammar().lists["greeting"].say(facts), *parts, grammar().lists["signoff"].say(facts)]
    facts["B"] = names
    body = "\n\n".join(lines) + f"\n{sender.person.given}"
    if sender.ownership == "official":
        number = 100 + int(sender.person.key[1:])
        body += f"\n\n{sender.person.name} | {sender.person.role}\n{DEPARTMENT} | 020 7946 0{number}"
    elif sender.ownership == "outside" and (mobile := sender.person.numbers.get("mobile")):
        body += f"\n\n{sender.person.name} | {sender.person.organisation}\nMob: 0{mobile[3:7]} {mobile[7:]}"
    return body


def _shown(kind: str, messages: list[Message], labels: list[str]) -> str:
    if kind == "forward":
        return messages[0].text
    if kind == "quote":
        return "\n".join("> " + message.text.replace("\n", "\n> ") for message in messages)
    if kind == "paste":
        return "\n\n".join(message.text for message in messages)
    lines = []
    for message, label in zip(messages, labels, strict=True):
        day, second = divmod(clock.local(message.at // 1000) - clock.FIRST, clock.DAY_S)
        lines.append(f"[{clock.CLOCK24[second // 60]}, {clock.DMY[day]}] {label}: {message.text}")
    return "\n".join(lines)


def mailbox(account: Account) -> str:
    """An address with its display name."""
    name = account.person.name
    if account.ownership == "official":
        return f'"{account.person.surname}, {account.person.given} (DHR)" <{account.address}>'
    return f"{name} <{account.address}>"


def stamp(mail: Mail) -> tuple[str, str, str]:
    """Level, mark and header field (`Name: value`) in which an official system keeps how a mail is marked, if any."""
    if mail.sender.ownership != "official":
        return "", "", ""
    if mail.marks:
        level, mark = mail.marks[0]
        return level, mark, f"X-Protective-Marking: {mark}"
    number = int(mail.message_id[1:9], 16)
    if number % LABELLED:
        return "", "", ""
    label = f"MSIP_Label_{number:08x}-5a4b-4c3d-8e2f-1a0b9c8d7e6f"
    return "OFFICIAL", "OFFICIAL", f"msip_labels: {label}_Enabled=true; {label}_Name=OFFICIAL; {label}_Method=Standard"


def written(mail: Mail) -> str:
    """The mail as RFC 5322 text with LF line ends, without mailbox-specific headers."""
    head = (
        f"Message-ID: {mail.message_id}\nDate: {clock.stamp(mail.at // 1000)}\n"
        f"From: {mailbox(mail.sender)}\nTo: {mailbox(mail.to[0])}\n"
    )
    if len(mail.to) > 1:
        head += "Cc: " + ",\n ".join(mailbox(account) for account in mail.to[1:]) + "\n"
    if mail.parent:
        head += f"In-Reply-To: {mail.parent}\nReferences: {mail.parent}\n"
    marked = [field for field in stamp(mail)[2:] if field]
    head += "\n".join([f"Subject: {_word(mail.subject)}", *marked, "MIME-Version: 1.0\n"])
    if mail.attachment is None:
        return head + _part(mail.body)
    name, text = mail.attachment
    edge = f"=_{mail.message_id[1:17]}"
    data = encodebytes(text.encode()).decode()
    plain = "".join(letter if letter.isascii() else "_" for letter in name)
    return (
        f'{head}Content-Type: multipart/mixed; boundary="{edge}"\n\n--{edge}\n{_part(mail.body)}\n--{edge}\n'
        f'Content-Type: text/plain; charset="utf-8"; name="{plain}"\nContent-Transfer-Encoding: base64\n'
        f'Content-Disposition: attachment; filename="{plain}"\n\n{data}--{edge}--\n'
    )


def _part(body: str) -> str:
    if body.isascii():
        return f'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 7bit\n\n{body}\n'
    coded = b2a_qp(body.encode()).decode()
    return f'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n\n{coded}\n'


def _word(text: str) -> str:
    if text.isascii():
        return text
    return f"=?utf-8?B?{b64encode(text.encode()).decode()}?="
