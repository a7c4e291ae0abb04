"""A tiny matter with hostile evidence, two tiny notebooks, and the findings they record."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from analysis.findings import Finding
from analysis.matter import Matter
from analysis.store import Store, make_id

HOSTILE = (
    "<script>window.__pwned='body'</script><img src=x onerror=\"window.__pwned='img'\"></script>"
    "<a href=\"javascript:window.__pwned='link'\">open</a> [md](javascript:alert(1)) \u202egnp.exe\u202c "
    "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07click\x1b]8;;\x07 </style> & \"quotes\" 'single' $5 and $10"
)
SUBJECT = "<svg onload=\"window.__pwned='subject'\"> Re: tests"
GROUP = "<script>window.__pwned='group'</script> Testing <b>cell</b>"
FILE = "<img src=x onerror=\"window.__pwned='file'\">.txt"
NAME = "Ada <iframe srcdoc=\"<script>parent.__pwned='name'</script>\"> Example"
START = datetime(2020, 3, 28, 22, 30, tzinfo=UTC)  # the clocks of the United Kingdom go forward that night

OPENING = """from analysis.matter import Matter
held = Matter.open(matter, out, person=person, top=top)"""
FINDING = """
from analysis.findings import Finding
def extent(held):
    ids = tuple(held.store.read("messages")["message_id"])
    n = len(ids)
    return Finding("F1", "Extent", "How many messages?", f"{n} messages are held.", float(n), "messages", n, n, float(n),
                   float(n + 3), 0.95, "counted", "partly", "s.46 Code", ids, "Only what was exported.")
"""
RECORD = f"""import json
from analysis import findings
{FINDING}
_ = findings.record(held, extent(held), notebook="01_first")
path = held.work / "ledger" / "01_first" / "finding_f1.json"
_ = path.write_text(json.dumps(json.loads(path.read_text()) | {{"anchor": "01_first.html#answer"}}))
exhibit = {{"slug": "all-messages", "title": "All messages", "note": "Every one.", "message_ids": extent(held).evidence}}
_ = (held.work / "ledger" / "01_first" / "exhibit_all.json").write_text(json.dumps(exhibit))"""
SHOW = """from analysis.markup import tag
from IPython.display import display, HTML, SVG
bodies = held.store.read("messages").head(12)
rows = [tag("tr", tag("th", tag("a", n, href=f"exhibits/all-messages.html#m-{i}"), scope="row"), tag("td", b)) for n, (i, b) in enumerate(zip(bodies.message_id, bodies.body))]
head = tag("thead", tag("tr", tag("th", "No", scope="col"), tag("th", "Text", scope="col")))
HTML(tag("table", tag("caption", "Some messages"), head, tag("tbody", rows)))"""
DRAW = """svg = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="120"><rect width="640" height="120" fill="#eee"/><rect x="20" y="30" width="420" height="40" fill="#1f4e79"/></svg>'
display({"image/svg+xml": svg, "text/plain": "figure"}, raw=True, metadata={"image/svg+xml": {
    "alt": "One bar", "title": "Messages", "unit": "messages", "n": 14, "period": "01 Jan 2020 to 31 Dec 2020",
    "source": "messages 0123456789ab", "opens": "rows/copies.html#count=distinct+message_id"}})"""


def notebook(path: Path, *cells: tuple[str, str]) -> Path:
    """Write a notebook; a cell is (kind, text), kind one of md, code, parameters."""
    written = []
    for number, (kind, text) in enumerate(cells):
        cell = {"cell_type": "markdown" if kind == "md" else "code", "id": f"c{number}", "metadata": {}, "source": text}
        if kind != "md":
            cell |= {"execution_count": None, "outputs": []}
        if kind == "parameters":
            cell["metadata"] = {"tags": ["parameters"]}
        written.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": written, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


PARAMETERS = 'matter = "m"\nout = "reports"\nperson = ""  # whom to look at\ntop = "20"'


def write_notebooks(folder: Path) -> Path:
    notebook(
        folder / "01_first.ipynb",
        ("md", "# First things\n\nWhat is held?\n\nIt matters because it costs $5 and $10."),
        ("parameters", PARAMETERS),
        ("code", OPENING),
        ("md", "## Messages\n\nSome of them."),
        ("code", SHOW),
        ("code", DRAW),
        ("code", "print(bodies.body.iloc[0])"),
        ("code", RECORD),
        ("md", "## Answer\n\nThis is the answer."),
    )
    notebook(
        folder / "30_last.ipynb",
        ("md", "# Findings\n\nWhat do we find?"),
        ("parameters", 'matter = "m"\nout = "reports"'),
        ("code", "from pathlib import Path\nlen(list((Path(out)).glob('*/work/ledger/*/finding_*.json')))"),
    )
    return folder


def make_matter(root: Path) -> Path:
    """A matter folder with evidence and registers (tables apart)."""
    folder = root / "m"
    (folder / "registers").mkdir(parents=True)
    (folder / "evidence").mkdir()
    (folder / "matter.toml").write_text(
        '[matter]\nid = "m"\ntitle = "The tiny matter"\nauthority = "Example Commissioner"\nsubject = "Department of Examples"\n'
        'invented = true\nperiod = { from = "2020-01-01", to = "2020-12-31" }\n[notebooks]\ntop = "10"\n'
    )
    (folder / "registers" / "custodians.csv").write_text(
        f'custodian_id,name\nada,"{NAME.replace(chr(34), chr(34) * 2)}"\nbob,Bob Example\n'
    )
    (folder / "evidence" / FILE).write_text("as received\n")
    (folder / "evidence" / "bob.txt").write_text("his copy\n")
    return folder


def write_tables(store: Store, folder: Path) -> None:
    """Canonical tables of a dozen messages in two threads, held by two custodians, one message lacked by one."""
    sources = [_source(folder, "evidence", FILE, "ada"), _source(folder, "evidence", "bob.txt", "bob")]
    s1, s2 = (row["source_id"] for row in sources)
    people = [
        {"person_id": "p1", "label": NAME, "custodian_id": "ada"},
        {"person_id": "p2", "label": "Bob Example", "custodian_id": "bob"},
    ]
    messages, copies, recipients, absences = [], [], [], []
    for number in range(14):
        key, thread = make_id("message", number), "t1" if number < 12 else "t2"
        sent_at, sender = START + timedelta(minutes=37 * number), 1 + number % 2
        body = (HOSTILE, None, f"Message number {number}.\nSecond line.")[min(number, 2)]
        holders = [s1] if number == 3 else [s1, s2]
        own = [_copy(key, source, number, thread, sender, sent_at, body) for source in holders]
        copies += own
        messages.append({
            "message_id": key, "thread_id": thread, "channel": "whatsapp" if thread == "t1" else "email", "sent_at": sent_at,
            "sender_identity_id": f"i{sender}", "sender_person_id": f"p{sender}", "kind": "text" if body else "image",
            "subject": SUBJECT if thread == "t2" else None, "body": body, "best_copy_id": own[0]["copy_id"],
            "n_copies": len(own), "n_holders": len(own), "n_expected": 2, "suspect": "pasted_header" if number == 4 else None,
        })  # fmt: skip
        recipients.append(
            {"message_id": key, "identity_id": f"i{3 - sender}", "person_id": f"p{3 - sender}", "role": "member"}
        )
        if number == 3:
            absences.append(
                {
                    "message_id": key,
                    "source_id": s2,
                    "custodian_id": "bob",
                    "kind": "absent",
                    "explained": False,
                    "evidence": None,
                }
            )
    store.write("sources", sources)
    rejected = [(row["source_id"], row["n_rejects"]) for row in sources]
    store.write("rejects", [{"source_id": source, "locator": f"bytes {n}-{n}", "reason": "no header", "n_bytes": 1}
                            for source, count in rejected for n in range(count)])  # fmt: skip
    store.write("people", people)
    store.write("messages", messages)
    store.write("copies", copies)
    store.write("recipients", recipients)
    store.write("absences", absences)
    store.write(
        "identities",
        [
            {
                "identity_id": f"i{n}",
                "channel": "whatsapp",
                "kind": "phone",
                "raw": f"+44770090000{n}",
                "normal": f"+44770090000{n}",
                "person_id": f"p{n}",
            }
            for n in (1, 2)
        ],
    )
    store.write("threads", [
        {"thread_id": "t1", "channel": "whatsapp", "kind": "group", "title": GROUP, "n_sources": 2, "first_at": START, "last_at": START},
        {"thread_id": "t2", "channel": "email", "kind": "mail", "title": SUBJECT, "n_sources": 2, "first_at": START, "last_at": START},
    ])  # fmt: skip
    store.write("events", [
        {"event_id": f"e{n}", "thread_id": "t1", "source_id": source, "locator": "bytes 0-40", "at": START, "kind": "subject_changed",
         "actor_identity_id": "i1", "value": GROUP} for n, source in enumerate((s1, s2))
    ])  # fmt: skip
    store.write("attachments", [{"attachment_id": "a1", "message_id": messages[1]["message_id"], "copy_id": messages[1]["best_copy_id"],
                                 "name": FILE, "mime": "image/jpeg", "bytes": 1200, "sha256": "0" * 64, "present": True}])  # fmt: skip
    store.write("accounts", [
        {"account_id": f"acc{n}", "channel": "whatsapp", "address": f"+44770090000{n}", "ownership": "private", "custodian_id": holder,
         "declared": n == 1, "observed": True, "exported": True, "n_sent": 7, "n_received": 7} for n, holder in ((1, "ada"), (2, "bob"))
    ])  # fmt: skip


def _source(folder: Path, part: str, path: str, custodian: str) -> dict[str, object]:
    data = (folder / part / path).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return {
        "source_id": make_id(path, digest), "path": path, "sha256": digest, "bytes": len(data), "reader": "whatsapp_text",
        "detected": "text", "custodian_id": custodian, "channel": "whatsapp", "status": "partial" if custodian == "bob" else "read",
        "reason": "one line <b>unread</b>" if custodian == "bob" else None, "n_copies": 14 - int(custodian == "bob"), "n_events": 1, "n_rejects": int(custodian == "bob"),
        "truncated": False, "custody": "undeclared", "notes": [],
    }  # fmt: skip


def _copy(
    key: str, source: str, number: int, thread: str, sender: int, sent_at: datetime, body: str | None
) -> dict[str, object]:
    return {
        "copy_id": make_id(source, number), "source_id": source, "locator": f"bytes {number * 40}-{number * 40 + 39}", "seq": number,
        "message_id": key, "thread_id": thread, "sender_identity_id": f"i{sender}", "sent_at": sent_at, "sent_text": "28/03/2020, 22:30",
        "precision": "minute", "zone_basis": "assumed", "fold": False, "kind": "text", "state": "present" if body else "omitted",
        "subject": None, "body": body, "forwarded": False, "edited": False, "offset_s": 2.0,
    }  # fmt: skip


def open_tiny(root: Path) -> Matter:
    """A fresh tiny matter with its tables, opened."""
    folder = make_matter(root)
    matter = Matter.open(folder, root / "reports")
    write_tables(matter.store, folder)
    return matter


def derive_extent(matter: Matter) -> list[Finding]:
    """The tiny matter's one finding, worked out from its tables as the notebook did."""
    names: dict[str, Any] = {}
    exec(FINDING, names)
    return [names["extent"](matter)]


@contextmanager
def hand_made_tables() -> Iterator[None]:
    """While it lasts, a report is made from the tables as they are."""
    with (
        patch("analysis.pipeline.fresh", lambda matter: True),
        patch("analysis.pipeline.make_tables", lambda matter, jobs, progress: None),
    ):
        yield
