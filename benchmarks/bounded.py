"""Peak memory of a worker that reads two gigabytes: the bar is one gigabyte, whatever the file's size.

`--form mbox` is made of one generated block of mails again and again, with other Message-IDs each time; `--form xml` is
a text-message backup with a picture in every fiftieth message. The file stands in the system's temporary folder and is
deleted after.
"""

import argparse
import base64
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import mail

BYTES = 2_000_000_000
BLOCK_MAILS = 5_000
BAR_MB = 1_000
WORKER = """
import json, resource, sys, time
from pathlib import Path
from analysis.intake import READERS, cache, worker
from analysis.intake.records import Hints, Opened
worker.frugal()
cache.fill(READERS[sys.argv[3]].read, Opened(Path(sys.argv[1]), "big"), Hints(), sys.argv[2], "")
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"rss": used.ru_maxrss, "cpu": used.ru_utime + used.ru_stime}))
"""


def mails(path: Path, size: int) -> None:
    """Write about `size` bytes of mails, none of which has the id of another."""
    block = path.with_suffix(".block")
    mail.generate(block, BLOCK_MAILS)
    data, number = block.read_bytes(), 0
    with path.open("wb") as out:
        while out.tell() < size:
            out.write(re.sub(rb"<(\d+\.\d{12}@)", b"<%d.\\1" % number, data))
            number += 1


def texts(path: Path, size: int) -> None:
    """Write about `size` bytes of text messages; every fiftieth carries a picture of 100 KB."""
    picture, number = base64.b64encode(b"\xff\xd8\xff\xe0" + b"picture" * 10_000).decode(), 0
    with path.open("w") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<smses count="1">\n')
        while out.tell() < size:
            number += 1
            who, at = f"+4477009{number % 90000:05}", 1_584_004_500_000 + number * 1000
            text = f"message {number} " + "words in a message " * (number % 9)
            out.write(
                f'<sms address="{who}" date="{at}" type="{1 + number % 2}" body="{text}" contact_name="C{who}" />\n'
            )
            if number % 50 == 0:
                out.write(
                    f'<mms address="{who}" date="{at}" msg_box="1" m_id="m{number}"><parts><part ct="image/jpeg" '
                    f'cl="p{number}.jpg" data="{picture}" /></parts></mms>\n'
                )
        out.write("</smses>\n")


FORMS = {"mbox": (mails, "mbox"), "xml": (texts, "sms_xml")}


def main(arguments: list[str]) -> None:
    """Generate, read in a process of its own, print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--bytes", type=int, default=BYTES)
    asked.add_argument("--form", choices=FORMS, default="mbox")
    given = asked.parse_args(arguments)
    size, (generate, reader) = given.bytes, FORMS[given.form]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big"
        generate(path, size)
        target = Path(folder) / "reading.arrow"
        command = [sys.executable, "-c", WORKER, str(path), str(target), reader]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        got, kept = json.loads(done.stdout), target.stat().st_size
    peak = got["rss"] / 1024
    print(
        f"{given.form} of {size / 1e9:.1f} GB: {got['cpu']:.0f} CPU-s, reading {kept / 1e6:.0f} MB, peak {peak:.0f} MB"
    )
    print(f"bar: peak {BAR_MB} MB: {peak:.0f} MB, {'met' if peak <= BAR_MB else 'MISSED'}")
