"""Peak memory of a worker that reads a mailbox of two gigabytes: the bar is one gigabyte, whatever the file's size.

The mailbox is made of one generated block again and again, with other Message-IDs each time; it stands in the system's
temporary folder and is deleted after.
"""

import argparse
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
from analysis.intake import cache, mbox
from analysis.intake.records import Hints, Opened
cache.fill(mbox.READER.read, Opened(Path(sys.argv[1]), "big.mbox"), Hints(), sys.argv[2], "")
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"rss": used.ru_maxrss, "cpu": used.ru_utime + used.ru_stime}))
"""


def generate(path: Path, size: int) -> None:
    """Write about `size` bytes of mails, none of which has the id of another."""
    block = path.with_suffix(".block")
    mail.generate(block, BLOCK_MAILS)
    data, number = block.read_bytes(), 0
    with path.open("wb") as out:
        while out.tell() < size:
            out.write(re.sub(rb"<(\d+\.\d{12}@)", b"<%d.\\1" % number, data))
            number += 1


def main(arguments: list[str]) -> None:
    """Generate, read in a process of its own, print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--bytes", type=int, default=BYTES)
    size = asked.parse_args(arguments).bytes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.mbox"
        generate(path, size)
        target = Path(folder) / "reading.arrow"
        command = [sys.executable, "-c", WORKER, str(path), str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        got, kept = json.loads(done.stdout), target.stat().st_size
    peak = got["rss"] / 1024
    print(f"mbox of {size / 1e9:.1f} GB: {got['cpu']:.0f} CPU-s, reading {kept / 1e6:.0f} MB, peak {peak:.0f} MB")
    print(f"bar: peak {BAR_MB} MB: {peak:.0f} MB, {'met' if peak <= BAR_MB else 'MISSED'}")
