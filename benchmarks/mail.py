"""The mbox reader beside the standard library making the same record (compat32), in one process, in turn.

The record: authors, recipients, subject, ids, references, UTC time, text, and name, size and SHA-256 of every
attachment. CPU seconds, the best of three turns; half of the mails are plain, a tenth has files, the others have
alternatives or HTML alone. The standard library's record keeps HTML as it stands; ours turns it into text.
"""

import argparse
import email
import hashlib
import mailbox
import random
import time
from base64 import encodebytes
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.utils import format_datetime, getaddresses, parsedate_to_datetime
from pathlib import Path
from quopri import encodestring

from analysis.intake import mbox
from analysis.intake.records import Hints, Opened

WORK = Path(__file__).parent.parent / "build" / "bench"
MAILS = 20_000
SEED = 20200316
TURNS = 3
BAR = 7
NAMES = [
    "Ann Example",
    '"Dr. Cara Blake"',
    "=?utf-8?Q?J=C3=BCrgen_Vogt?=",
    '"Hay, Bo"',
    "Dev Rao",
    "=?utf-8?B?xYF1a2Fzeg==?=",
]


def generate(path: Path, count: int) -> None:
    """Write `count` mails of an office; the same on every machine."""
    dice = random.Random(SEED)
    words = ["".join(dice.choices("etaoinshrdlucmfwypvbgkjqxzéü", k=dice.randint(2, 9))) for _ in range(3000)]
    at, ids = datetime(2018, 1, 1, tzinfo=UTC), [""]
    with path.open("wb") as out:
        for number in range(count):
            at += timedelta(seconds=dice.randint(1, 5000))
            out.write(_mail(dice, words, at, number, ids))
            ids.append(f"<{number}.{at:%Y%m%d%H%M}@dept.example>")


def _mail(dice: random.Random, words: list[str], at: datetime, number: int, ids: list[str]) -> bytes:
    date = format_datetime(at)
    people = [f"{dice.choice(NAMES)} <p{dice.randint(1, 300)}@dept.example>" for _ in range(dice.randint(2, 7))]
    hops = "".join(f"Received: from mx{n}.dept.example (mx{n}.dept.example [192.0.2.{n}])\n\tby mx{n + 1}.dept.example "
                   f"with ESMTPS id {dice.getrandbits(60):x}\n\tfor <p1@dept.example>; {date}\n"
                   for n in range(3))  # fmt: skip
    parent = dice.choice(ids[-50:])
    answer = f"In-Reply-To: {parent}\nReferences: {parent}\n" if parent and dice.random() < 0.6 else ""
    subject = (
        "Re: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= " + " ".join(dice.choices(words[:50], k=4)).encode("ascii", "ignore").decode()
    )
    head = (f"From p1@dept.example {at:%a %b %d %H:%M:%S %Y}\nReturn-Path: <p1@dept.example>\n{hops}"
            f"From: {people[0]}\nTo: {', '.join(people[1:4])}\n"
            + (f"Cc: {','.join(people[4:])}\n" if people[4:] else "")
            + f"Date: {date}\nMessage-ID: <{number}.{at:%Y%m%d%H%M}@dept.example>\n{answer}Subject: {subject}\n"
            "X-Mailer: Example 1.0\nMIME-Version: 1.0\n")  # fmt: skip
    return head.encode() + _content(dice, words) + b"\n"


def _content(dice: random.Random, words: list[str]) -> bytes:
    text = "\n".join(" ".join(dice.choices(words, k=12)) for _ in range(dice.randint(2, 30))) + "\n"
    plain = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + encodestring(
        text.encode()
    )
    rich = ("Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<html><body>"
            + "".join(f"<p>{line}</p>\n" for line in text.split("\n")) + "</body></html>\n").encode()  # fmt: skip
    kind = dice.random()
    if kind < 0.5:
        return (
            plain
            if kind < 0.25
            else b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + text.encode()
        )
    if kind < 0.55:
        return rich
    both = b'Content-Type: multipart/alternative; boundary="=_B"\n\n--=_B\n%b\n--=_B\n%b\n--=_B--\n' % (plain, rich)
    if kind < 0.9:
        return both
    files = b"".join(
        b'--=_A\nContent-Type: application/pdf; name="f%d.pdf"\nContent-Disposition: attachment; filename="f%d.pdf"\n'
        b"Content-Transfer-Encoding: base64\n\n%b\n" % (n, n, encodebytes(dice.randbytes(dice.randint(500, 40_000))))
        for n in range(dice.randint(1, 3)))  # fmt: skip
    return b'Content-Type: multipart/mixed; boundary="=_A"\n\n--=_A\n%b\n%b--=_A--\n' % (both, files)


def standard(path: Path) -> int:
    """Every mail as the standard library's legacy policy reads it; the number of mails."""
    box = mailbox.mbox(path, factory=email.message_from_binary_file, create=False)
    return len([_record(message) for message in box])


def _record(message: Message) -> dict[str, object]:
    decoded = {
        name: str(make_header(decode_header(message.get(name, ""))))
        for name in ("Subject", "Message-ID", "In-Reply-To")
    }
    people = {}
    for name in ("From", "Sender", "To", "Cc", "Bcc", "Reply-To"):
        found = getaddresses(message.get_all(name, []))
        people[name] = [(str(make_header(decode_header(shown))), address) for shown, address in found]
    text, files = "", []
    for part in message.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if part.get_filename() or part.get_content_maintype() != "text":
            files.append(
                (part.get_filename(), part.get_content_type(), len(content), hashlib.sha256(content).hexdigest())
            )
        elif not text:
            text = content.decode(part.get_content_charset("utf-8"), "replace")
    at = parsedate_to_datetime(message["Date"]).astimezone(UTC)
    references = message.get("References", "").split()
    return {**decoded, **people, "at": at, "body": text, "files": files, "references": references}


def own(path: Path) -> int:
    """The reader, into its Arrow tables; the number of mails."""
    return mbox.READER.read(Opened(path, path.name), Hints()).copies.num_rows


def seconds(task: Callable[[Path], int], path: Path) -> tuple[float, int]:
    """CPU seconds of the best turn, and what the task returned."""
    turns = []
    for _ in range(TURNS):
        start = time.process_time()
        count = task(path)
        turns.append(time.process_time() - start)
    return min(turns), count


def main(arguments: list[str]) -> None:
    """Generate, measure, print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--mails", type=int, default=MAILS)
    count = asked.parse_args(arguments).mails
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"mail-{count}.mbox"
    if not path.exists():
        generate(path, count)
    size = path.stat().st_size
    print(f"{count} mails, {size / 1e6:.1f} MB\n{'reader':24}{'us/mail':>9}{'mails/CPU-s':>13}{'MB/CPU-s':>10}")
    taken = {}
    for task in (standard, own):
        spent, found = seconds(task, path)
        assert found == count
        taken[task] = spent
        print(f"{task.__name__:24}{spent / count * 1e6:9.1f}{count / spent:13.0f}{size / spent / 1e6:10.1f}")
    times = taken[standard] / taken[own]
    print(f"bar: {BAR}x the standard library: {times:.1f}x, {'met' if times >= BAR else 'MISSED'}")
