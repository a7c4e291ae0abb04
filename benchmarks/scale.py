"""Cost of people and reconciliation by size: `python -m benchmarks scale [MESSAGES] [EXPORTS]`.

Thirty exports of three groups, ten phones each, with wrong clocks, minutes beside seconds, labels of their own,
short texts that recur and gaps; at 1, 4 and 16 times a size. Each size runs in a process of its own; the printed
exponent is the slope of CPU seconds over copies, on logarithms: 1 is linear.
"""

import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

BASE, EXPORTS, PHONES, PEOPLE = 6_250, 30, 10, 12  # messages an export holds at 1x; 16x is 100,000
SHORT = ("ok", "yes", "thanks", "no", "will do", "on it")
LIMIT_S, LIMIT_GB = 120.0, 3.0
CLOCKS = (0.0, 0.0, 0.0, 47.0, 0.0, -180.0, 0.0, 3600.0, 0.0, -14.0)


def copies(export: int, n: int) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """One phone's export of its group: the rows of `copies` and the identities it shows."""
    from analysis.store import make_id

    group, phone = divmod(export, PHONES)
    dice, own = np.random.default_rng(group), np.random.default_rng(1000 + export)
    at = 1.58e9 + np.cumsum(dice.choice([4, 9, 25, 70, 400], n) * (0.5 + dice.random(n)))
    sender, short = dice.integers(0, PEOPLE, n), dice.random(n) < 0.35
    words = dice.integers(0, 10_000, (n, 4))
    long = [f"the w{a} of w{b} goes to w{c} before w{d}" for a, b, c, d in words]
    body = np.where(short, np.array(SHORT)[dice.integers(0, len(SHORT), n)], long)
    held = np.flatnonzero(own.random(n) >= 0.01)
    seen = np.floor(at[held] + CLOCKS[phone] + own.random(len(held)))
    seen = np.floor(seen / 60) * 60 if phone % 2 else seen
    source, custodian = make_id("source", export), f"C{export:02d}"
    raws = [
        f"+447700{group}{person:05d}"
        if person == phone or (phone + person) % 3
        else f"Ann{group} Person{person} {phone}"
        for person in range(PEOPLE)
    ]
    shown = [_identity(raw, custodian) for raw in raws]
    place = np.arange(len(held))
    return pd.DataFrame({
        "copy_id": [f"{source}{n:08x}" for n in place], "source_id": source,
        "locator": [f"bytes {50 * n}-{50 * n + 49}" for n in place], "seq": place, "thread_id": make_id("t", export),
        "sender_identity_id": np.array([one["identity_id"] for one in shown])[sender[held]],
        "sent_at": pd.to_datetime(seen, unit="s", utc=True), "sent_text": "",
        "precision": "minute" if phone % 2 else "second",
        "zone_basis": "assumed", "fold": False, "kind": "text", "state": "present", "subject": None, "body": body[held],
        "native_id": None, "reply_to": None, "forwarded": False, "edited": False, "suspect": None, "from_owner": None,
    }), shown  # fmt: skip


def _identity(raw: str, custodian: str) -> dict[str, object]:
    from analysis.intake import handles
    from analysis.store import make_id

    kind, scope = ("phone", None) if raw.startswith("+") else ("name", custodian)
    normal = handles.normal(kind, raw, "GB")[1]
    return {"identity_id": make_id("whatsapp", kind, normal, scope), "channel": "whatsapp", "kind": kind, "raw": raw,
            "normal": normal, "scope": scope}  # fmt: skip


def intake(n: int, exports: int):
    """The intake of all exports."""
    from analysis.intake.result import Intake
    from analysis.store import make_id
    from analysis.tables import TABLES

    made = [copies(export, n) for export in range(exports)]
    frame = pd.concat([table for table, _ in made], ignore_index=True)
    for column in ("copy_id", "source_id", "locator", "thread_id", "sender_identity_id", "sent_text", "precision",
                   "zone_basis", "kind", "state", "subject", "body", "native_id", "reply_to", "suspect"):  # fmt: skip
        frame[column] = frame[column].astype("str")
    frame["sent_at"] = frame["sent_at"].astype("datetime64[us, UTC]")
    sources = pd.DataFrame([
        {**dict.fromkeys(TABLES["sources"].names), "source_id": make_id("source", export), "path": f"{export:02d}.txt",
         "custodian_id": f"C{export:02d}", "channel": "whatsapp", "reader": "whatsapp_text", "status": "read",
         "address": f"+447700{export // PHONES}{export % PHONES:05d}", "n_copies": n, "truncated": False}
        for export in range(exports)
    ])  # fmt: skip
    identities = pd.DataFrame([one for _, shown in made for one in shown]).drop_duplicates("identity_id")
    threads = pd.DataFrame([
        {"thread_id": make_id("t", export), "source_id": make_id("source", export), "channel": "whatsapp",
         "kind": "group", "title": f"Group {export // PHONES}", "counterpart_identity_id": None}
        for export in range(exports)
    ])  # fmt: skip
    events = pd.DataFrame(columns=[name for name in TABLES["events"].names if name != "message_id"], dtype="str")
    events["at"] = pd.to_datetime(events["at"], utc=True).astype("datetime64[us, UTC]")
    empty = {name: pd.DataFrame(columns=columns.split(), dtype="str") for name, columns in (
        ("rejects", "source_id locator reason n_bytes"), ("recipients", "copy_id identity_id role"),
        ("attachments", "attachment_id copy_id name mime bytes sha256 present"),
        ("names", "source_id custodian_id identity_id label basis locator"),
    )}  # fmt: skip
    return Intake(sources=sources, copies=frame, events=events, identities=identities, threads=threads, **empty)


def once(n: int, exports: int) -> dict[str, float]:
    """CPU seconds, peak memory and counts of one size, in this process."""
    from analysis import reconcile, resolve
    from analysis.matter import Matter

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "evidence").mkdir()
        (folder / "registers").mkdir()
        (folder / "matter.toml").write_text('[matter]\nid = "scale"\n', encoding="utf-8")
        rows = "".join(f"C{one:02d},Ann{one // PHONES} Person{one % PHONES}\n" for one in range(exports))
        (folder / "registers" / "custodians.csv").write_text("custodian_id,name\n" + rows, encoding="utf-8")
        matter, taken = Matter.open(folder, out=folder / "out"), intake(n, exports)
        begun, wall = time.process_time(), time.perf_counter()
        resolution = resolve.people(taken, matter, reconcile.witnesses(taken, matter))
        result = reconcile.messages(taken, resolution, matter)
        cpu, waited = time.process_time() - begun, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"copies": len(result.copies), "messages": len(result.messages), "cpu_s": cpu, "wall_s": waited, "gb": peak}


def main(arguments: list[str]) -> None:
    """Three sizes, each in a process of its own, and the exponent."""
    if arguments[:1] == ["--once"]:
        print(json.dumps(once(int(arguments[1]), int(arguments[2]))))
        return
    base, exports = (
        int(arguments[place]) if len(arguments) > place else one for place, one in ((0, BASE), (1, EXPORTS))
    )
    found = []
    for times in (1, 4, 16):
        command = [sys.executable, "-m", "benchmarks", "scale", "--once", str(base * times), str(exports)]
        found.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        print(f"{times:2d}x", " ".join(f"{name} {value:,.1f}" for name, value in found[-1].items()), flush=True)
    for one, other in (*pairwise(found), (found[0], found[-1])):
        few, many = one["copies"], other["copies"]
        slope = math.log(other["cpu_s"] / one["cpu_s"]) / math.log(many / few)
        sorting = math.log(many * math.log(many) / (few * math.log(few))) / math.log(many / few)
        print(f"exponent {slope:.2f} from {few:,} to {many:,} copies (n log n: {sorting:.2f})")
    last = found[-1]
    print(
        "within" if last["cpu_s"] < LIMIT_S and last["gb"] < LIMIT_GB else "BEYOND",
        f"{LIMIT_S:.0f} s CPU, {LIMIT_GB} GB",
    )
