"""One tool on one file in a process of its own: prints CPU seconds of the work alone, records, peak memory in KiB."""

import hashlib
import json
import os
import resource
import sys
import time
from pathlib import Path


def sha256(path):
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return 0


def offchannel(path):
    reading = READER.read(Opened(Path(path), path), Hints())
    return reading.copies.num_rows + reading.events.num_rows


def whatstk(path):
    return len(WhatsAppChat.from_source(path).df)


tool, path, *warm = sys.argv[1:]
tool, _, loops = tool.partition(":")
extra = {}
if tool == "offchannel":
    import pandas  # noqa: F401  (pyarrow loads it on first use: start-up, like the interpreter's own)

    from analysis.intake.records import Hints, Opened
    from analysis.intake.whatsapp_locales import locales
    from analysis.intake.whatsapp_text import READER

    locales()
    os.environ["OFFCHANNEL_LOOPS"] = loops
    start = time.process_time()
    if warm:  # numba's import and its cached code are loaded, as for the second large file of a run
        READER.read(Opened(Path(warm[0]), warm[0]), Hints())
    extra["warm"] = time.process_time() - start
elif tool == "whatstk":
    from whatstk import WhatsAppChat
start = time.process_time()
records = globals()[tool](path)
cpu = time.process_time() - start
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"cpu": cpu, "records": records, "rss": rss, **extra}))
