"""A tiny stand-in for a chat reader, and readers that misbehave: what runs in workers must stand in a module."""

import os
import time

from analysis.intake.records import Reader, Reading, rows

HEADER = b"CHAT "


def _recognises(head, name):
    return head.startswith(HEADER)


def _read(opened, hints):
    content = opened.path.read_bytes()
    lines = content.splitlines(keepends=True)
    word = lines[0].split()[1] if len(lines[0].split()) > 1 else b""
    if word == b"crash":
        os._exit(7)
    if word == b"hang":
        time.sleep(60)
    if word == b"eat":
        bytearray(1 << 40)
    if word == b"fail":
        raise KeyError("secret text of the evidence")
    reading = Reading("whatsapp")
    ends = [sum(map(len, lines[: n + 1])) for n in range(len(lines))]
    reading.copies = rows("copies", [
        {"locator": f"bytes {ends[n] - len(line)}-{ends[n]}", "thread": "t", "sender": who, "sender_kind": "name",
         "body": body.strip(), "at": None, "from_owner": who == "Me"}
        for n, line in enumerate(lines) if n for who, _, body in [line.decode().partition(": ")]
    ])  # fmt: skip
    reading.bytes_framing = len(lines[0]) + (1 if word == b"lie" else 0)
    reading.bytes_copies = len(content) - len(lines[0])
    reading.notes = [f"{name} {size}" for name, (size, _) in sorted(opened.members.items())]
    return reading


CHAT = Reader("whatsapp_text", "whatsapp", _recognises, _read, "Plain chat: for tests", "", "", "")
