"""One tool on one mbox in a process of its own: prints CPU seconds of the work, mails, files, peak memory in KiB."""

import hashlib
import json
import mmap
import os
import resource
import sys
import time
from datetime import UTC
from itertools import islice
from pathlib import Path

BATCH = 2_000


def split(path, most):
    """The mails of a generated mbox: no body in it holds a separator."""
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        held, rest = data.read(1 << 24), b""
        while held:
            *mails, rest = (rest + held).split(b"\n\nFrom ")
            for mail in mails[: max(most, 0)]:
                yield mail[mail.index(b"\n") + 1 :] + b"\n"
            most -= len(mails)
            held = data.read(1 << 24) if most > 0 else b""
        if most > 0:
            yield rest[rest.index(b"\n") + 1 :]


def only_split(path, most):
    return sum(1 for _ in split(path, most)), 0


def records(path, most):
    counts = [0, 0]
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for _, mail, _ in mbox.records(data, mbox.first_separator(data)):
            counts[0] += 1
            counts[1] += len(mail.attachments)
    return counts


def reader(path, most):
    reading = mbox.READER.read(Opened(Path(path), path), Hints())
    return reading.copies.num_rows, reading.attachments.num_rows


def parse_many(path, most):
    return many(path, most, lambda mail: None)


def looked_at(path, most):
    def look(mail):
        _ = (
            mail.subject,
            mail.headers,
            mail.text_plain,
            mail.text_html,
            mail.date_parsed,
            mail.from_,
            mail.to,
            mail.cc,
        )
        return [hashlib.sha256(file.content).hexdigest() for file in mail.attachments]

    return many(path, most, look)


def many(path, most, look):
    mails, counts = split(path, most), [0, 0]
    while batch := list(islice(mails, BATCH)):
        for mail in fast_mail_parser.parse_many(batch):
            counts[0] += 1
            counts[1] += len(mail.attachments)
            look(mail)
    return counts


def compat32(path, most):
    records = [record(email.message_from_bytes(raw)) for raw in split(path, most)]
    return len(records), sum(len(one["files"]) for one in records)


def record(message):
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
            digest = hashlib.sha256(content).hexdigest()
            files.append((part.get_filename(), part.get_content_type(), len(content), digest))
        elif not text:
            text = content.decode(part.get_content_charset("utf-8"), "replace")
    at = parsedate_to_datetime(message["Date"]).astimezone(UTC)
    references = message.get("References", "").split()
    return {**decoded, **people, "at": at, "body": text, "files": files, "references": references}


def mail_parser(path, most):
    counts = [0, 0]
    for raw in split(path, most):
        mail = mailparser.parse_from_bytes(raw)
        _ = (mail.subject, mail.from_, mail.to, mail.cc, mail.date, mail.message_id, mail.body)
        for file in mail.attachments:
            counts[1] += 1
            hashlib.sha256(base64.b64decode(file["payload"])).hexdigest()
        counts[0] += 1
    return counts


tool, path, most = sys.argv[1:]
tools = {"split": only_split, "fast-mail-parser": parse_many, "fast-mail-parser, looked at": looked_at,
         "compat32": compat32, "mail-parser": mail_parser, "offchannel": records, "offchannel, whole reader": reader,
         "offchannel without numba": reader}  # fmt: skip
extra = {}
if tool.startswith("offchannel"):
    import pandas  # noqa: F401  (pyarrow loads it on first use: start-up, like the interpreter's own)

    from analysis.intake import mbox, worker
    from analysis.intake.records import Hints, Opened

    os.environ["OFFCHANNEL_LOOPS"] = "numpy" if tool.endswith("without numba") else "numba"
    worker.frugal()
    start = time.process_time()
    reader(f"{path}.warm", 0)  # numba's import and its cached code are loaded, as for the second large file of a run
    extra["warm"] = time.process_time() - start
elif tool == "compat32":
    import email
    from email.header import decode_header, make_header
    from email.utils import getaddresses, parsedate_to_datetime
elif tool == "mail-parser":
    import base64

    import mailparser
elif tool != "split":
    import fast_mail_parser
start = time.process_time()
mails, files = tools[tool](path, int(most))
cpu = time.process_time() - start
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"cpu": cpu, "mails": mails, "files": files, "rss": rss, **extra}))
