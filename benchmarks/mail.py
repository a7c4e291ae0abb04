"""The mbox reader beside fast-mail-parser, the standard library (compat32) and mail-parser, in one run.

Generated mails of an office: half plain (quoted-printable or 8 bit), a tenth with base64 files, the others with
alternatives or HTML alone; encoded words in names and subjects, file names by RFC 2231, quoted replies, boundaries of
their own. Every tool splits the same mbox and makes the record: people, subject, ids, UTC time, text, and name, size,
SHA-256 of each file. fast-mail-parser stands twice: `parse_many` alone, and with its record looked at and files hashed.
Ours stands three times: the records, which are measured against the bars (display names, flaws, text of HTML, whether
alternatives differ, words of attached texts are in them); the whole reader (also every byte accounted for, locators,
threads followed, rows as Arrow tables); and that without numba. Each tool runs in a process of its own; CPU seconds are
those of the work alone.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import venv
from base64 import encodebytes
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from quopri import encodestring

HERE = Path(__file__).parent
WORK = HERE.parent / "build" / "bench"
VENV = HERE.parent / "build" / "bench-mail-venv"
MAILS = 50_000
SEED = 20200316
WARM = 200  # mails read before the measuring
TURNS = 3
TOOLS = ("split", "offchannel", "offchannel, whole reader", "offchannel without numba", "fast-mail-parser",
         "fast-mail-parser, looked at", "compat32", "mail-parser")  # fmt: skip
SHARE = {"compat32": 5, "mail-parser": 20}  # slow tools get the first fifth, or twentieth, of the mails
BARS = {"fast-mail-parser": 0.7, "compat32": 7, "mail-parser": 15}
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
                   f"with ESMTPS id {dice.getrandbits(60):x}\n\tfor <p1@dept.example>; "
                   f"{format_datetime(at + timedelta(seconds=9 - n))}\n"
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
    return head.encode() + _content(dice, words, number) + b"\n"


def _content(dice: random.Random, words: list[str], number: int) -> bytes:
    lines = [" ".join(dice.choices(words, k=12)) for _ in range(dice.randint(2, 30))]
    quoted = [f"> {line}" for line in lines[: len(lines) // 3]] if dice.random() < 0.4 else []
    text = "\n".join([*lines, *quoted, ""])
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
    both = _multipart("alternative", [plain, rich], b"----=_NextPart_%06d_%016x" % (number, dice.getrandbits(64)))
    if kind < 0.9:
        return both
    files = [
        b"Content-Type: application/pdf\nContent-Disposition: attachment;\n filename*0*=utf-8''f%%C3%%BCr%d-%d;\n"
        b' filename*1=".pdf"\nContent-Transfer-Encoding: base64\n\n%b'
        % (number, n, encodebytes(dice.randbytes(dice.randint(500, 40_000)))) for n in range(dice.randint(1, 3))
    ]  # fmt: skip
    return _multipart("mixed", [both, *files], b"_%03d_%032xexample_" % (number % 1000, dice.getrandbits(128)))


def _multipart(subtype: str, parts: list[bytes], mark: bytes) -> bytes:
    """Parts between boundaries that no other mail has, as writers make them."""
    head = b'Content-Type: multipart/%b;\n\tboundary="%b"\n\n' % (subtype.encode(), mark)
    return head + b"".join(b"--%b\n%b\n" % (mark, part) for part in parts) + b"--%b--\n" % mark


def install() -> None:
    """Install the peers into an environment of their own."""
    venv.create(VENV, with_pip=True)
    peers = ["mail-parser>=4.8,<5", "fast-mail-parser>=0.10,<0.11"]
    subprocess.run([VENV / "bin" / "pip", "install", "-q", *peers], check=True)


def run(tool: str, path: Path, most: int) -> dict | None:
    """Run one tool; None, with the reason printed, when it failed or is not there."""
    peer = not tool.startswith(("offchannel", "compat32")) and (VENV / "bin" / "python").is_file()
    command = [str(VENV / "bin" / "python") if peer else sys.executable, str(HERE / "peer_mail.py"), tool, str(path)]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src")}
    done = subprocess.run([*command, str(most)], capture_output=True, text=True, env=environment)
    if done.returncode:
        print(f"{tool:32} failed or not installed (python -m benchmarks mail --install): {done.stderr[-200:].strip()}")
        return None
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: list[str]) -> None:
    """Generate, measure, print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--mails", type=int, default=MAILS)
    asked.add_argument("--install", action="store_true")
    given = asked.parse_args(arguments)
    if given.install:
        install()
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"mail-{given.mails}-{SEED}.mbox"
    if not path.exists():
        generate(path, given.mails)
    generate(path.with_name(path.name + ".warm"), WARM)
    print(f"{given.mails:,} mails, {path.stat().st_size / 1e6:.1f} MB; load {os.getloadavg()[0]:.1f} "
          f"on {os.cpu_count()} processors; the least of {TURNS} turns")  # fmt: skip
    turns = [{tool: run(tool, path, given.mails // SHARE.get(tool, 1)) for tool in TOOLS} for _ in range(TURNS)]
    print(f"{'tool':32}{'CPU s':>8}{'us a mail':>11}{'mails':>8}{'files':>8}{'peak MB':>9}")
    taken = {}
    for tool in TOOLS:
        runs = [got for turn in turns if (got := turn[tool])]
        if not runs:
            continue
        got = min(runs, key=lambda one: one["cpu"])
        taken[tool] = got["cpu"] / got["mails"]
        print(f"{tool:32}{got['cpu']:8.2f}{taken[tool] * 1e6:11.1f}{got['mails']:8}{got['files']:8}"
              f"{got['rss'] / 1024:9.0f}")  # fmt: skip
        if tool == "offchannel":
            print(f"{'':4}and {got['warm']:.2f} CPU s to load numba and its code, once a run")
    for ours in ("offchannel", "offchannel, whole reader"):
        for peer, bar in BARS.items():
            if peer in taken and ours in taken:
                ratio = taken[peer] / taken[ours]
                print(f"bar: {bar:g}x {peer}: {ours} {ratio:.2f}x, {'met' if ratio >= bar else 'MISSED'}")
