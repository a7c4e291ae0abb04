"""One tool on one file in a process of its own: prints CPU seconds of the work alone, records, peak memory in KiB."""

import hashlib
import json
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


tool, path = sys.argv[1:]
if tool == "offchannel":
    import pandas  # noqa: F401  (pyarrow loads it on first use: start-up, like the interpreter's own)

    from analysis.intake.records import Hints, Opened
    from analysis.intake.whatsapp_locales import locales
    from analysis.intake.whatsapp_text import READER

    locales()
elif tool == "whatstk":
    from whatstk import WhatsAppChat
start = time.process_time()
records = globals()[tool](path)
cpu = time.process_time() - start
print(json.dumps({"cpu": cpu, "records": records, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
