"""Markings, personal data, business or personal: speed, also on hostile text; precision and recall beside peers.

Presidio (`--install` puts it into an environment of its own) runs its pattern recognisers only: no language model, no
network. It has no rule for markings, so only the kinds both know are set beside each other. It refuses numbers and
domains that are kept for fiction, and an invented matter holds nothing else: its zeros there say that, and no more.
`hand_mail.csv`: sixty mails of one custodian's mailbox, drawn at random among those of 80 to 1,500 characters and read
through; label, start and end of each full name outside the lines of a header (`name`), number, address; no words.
"""

import csv
import hashlib
import json
import mailbox
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
VENV = HERE.parent / "build" / "bench-venv-presidio"
PEER = HERE / "peer_presidio.py"
BAR = 50_000
SEEDS, MESSAGES = (41, 42, 43), 3000
PRESIDIO_GETS = 2000  # texts: it is too slow for more
SAME = {"nhs_number": "UK_NHS", "nino": "UK_NINO", "phone": "PHONE_NUMBER", "email": "EMAIL_ADDRESS"}
HOSTILE = ["1 2 3 ", "Mr Ab Cd ", "a@a.", "OFFICIAL-SENSITIVE ", "NHS 999 949 2223 born ", "12 Ab Cd Street, "]


def install() -> None:
    """Presidio into an environment of its own, without a language model."""
    venv.create(VENV, with_pip=True)
    subprocess.run([VENV / "bin" / "pip", "install", "-q", "presidio-analyzer>=2.2,<3"], check=True)


def scanned(texts: list[str]) -> tuple[list[dict], float]:
    """Marks and personal data of some texts, and the CPU seconds they took."""
    from analysis.sensitivity import labelling, personal, schemes
    from analysis.sensitivity import texts as places

    nobody = personal.Known(frozenset(), frozenset(), frozenset(), frozenset(), (), "GB")
    held, known = places.of(texts), schemes.load()
    held.arrow, held.facts(0), list(labelling.personal_rows(places.of(texts[:50]), nobody))  # warm
    start = time.process_time()
    rows = [*labelling.marking_rows(held, known), *labelling.personal_rows(held, nobody)]
    return rows, time.process_time() - start


def presidio(texts: list[str]) -> dict | None:
    """What Presidio finds: seconds, and spans as [row, start, end, kind]; None when it is not installed."""
    python = VENV / "bin" / "python"
    if not python.is_file():
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as held:
        json.dump(texts, held)
        held.flush()
        done = subprocess.run([python, PEER, held.name], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"presidio failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def matter(seed: int, folder: Path) -> tuple[list[str], pd.DataFrame]:
    """Distinct bodies of an invented matter that have a truth, and the planted spans as (row, label, value)."""
    from analysis import Matter, open_matter, sample

    if not (folder / str(seed)).exists():
        sample.write(folder / str(seed), messages=MESSAGES, seed=seed)
    made: Matter = open_matter(folder / str(seed), out=folder / "reports")
    bodies = made.store.read("messages")["body"].dropna().drop_duplicates()
    sha = pd.read_csv(made.folder / "truth" / "messages.csv", dtype=str).set_index("truth_id")["body_sha256"]
    place = {hashlib.sha256(text.encode()).hexdigest()[:16]: row for row, text in enumerate(bodies)}
    rows = []
    for name in ("markings", "personal"):
        truth = pd.read_csv(made.folder / "truth" / f"{name}.csv", dtype=str).query("where == 'body'")
        rows += [(place.get(sha[row.truth_id]), row.label, int(row.start), int(row.end)) for row in truth.itertuples()]
    known = set(sha)
    kept = list(bodies)
    official = [row for row, text in enumerate(kept) if hashlib.sha256(text.encode()).hexdigest()[:16] not in known]
    planted = pd.DataFrame(rows, columns=["row", "label", "start", "end"]).dropna(subset="row").astype({"row": int})
    for row in official:
        kept[row] = ""  # no truth of its own: mail that repeats others, read with another line end
    return kept, planted.drop_duplicates()


def accuracy(folder: Path) -> None:
    """Precision and recall a label over all seeds, with exact intervals; Presidio's beside them."""
    from analysis.studies.intervals import clopper_pearson

    found, planted, theirs, all_texts = set(), set(), set(), []
    for seed in SEEDS:
        texts, truth = matter(seed, folder)
        shift = len(all_texts)
        all_texts += texts
        values = {(row.row + shift, row.label, texts[row.row][row.start : row.end]) for row in truth.itertuples()}
        planted |= values
        for row in scanned(texts)[0]:
            if row["scheme"] in ("marking", "personal"):
                at = int(row["message_id"])
                found.add((at + shift, row["label"], texts[at][row["start"] : row["end"]]))
    peer = presidio(all_texts)
    for at, start, end, kind in (peer or {}).get("spans", []):
        label = next((ours for ours, one in SAME.items() if one == kind), None)
        if label:
            theirs.add((at, label, all_texts[at][start:end]))
    print(f"\n{len(all_texts):,} distinct bodies of seeds {SEEDS}, exact spans")
    heads = ("planted", 8), ("found", 7), ("precision", 11), ("interval", 14), ("recall", 8), ("interval", 14)
    print(f"{'label':20}" + "".join(f"{head:>{width}}" for head, width in heads) + "  Presidio")
    for label in sorted({one[1] for one in planted | found}):
        a, b = ({one for one in part if one[1] == label} for part in (planted, found))
        line = f"{label:20}{len(a):8}{len(b):7}"
        for width, of in ((11, len(b)), (8, len(a))):
            low, high, _ = clopper_pearson(len(a & b), of)
            line += f"{len(a & b) / of if of else float('nan'):{width}.3f}{f'{low:.3f}-{high:.3f}':>14}"
        c, beside = {one for one in theirs if one[1] == label}, "-"
        if label in SAME and peer:
            beside = f"{len(a & c) / max(len(c), 1):.3f} / {len(a & c) / max(len(a), 1):.3f}"
        print(f"{line}  {beside}")
    print("Presidio refuses numbers and domains kept for fiction; an invented matter holds no others.")


def hand_checked(fixtures: Path) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """The mails read by hand: text, and the pieces marked in it as label, start, end."""
    with (HERE / "hand_mail.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    marked: dict[str, list[tuple[str, int, int]]] = {row["body_sha256"]: [] for row in rows}
    for row in rows:
        if row["label"]:
            marked[row["body_sha256"]].append((row["label"], int(row["start"]), int(row["end"])))
    held = {}
    for path in sorted((fixtures / "email" / "enron-derrick-j").glob("*.mbox")):
        for mail in mailbox.mbox(path):
            text = (mail.get_payload(decode=True) or b"").decode("latin-1").replace("\r\n", "\n")
            held[hashlib.sha256(text.encode()).hexdigest()[:16]] = text
    return [(held[sha], pieces) for sha, pieces in marked.items()]


def overlaps(mails: list[tuple[str, list[tuple[str, int, int]]]], found: list[list[tuple[str, int, int]]]) -> dict:
    """Label -> pieces marked, of them found, pieces found, of them marked; two pieces are one where they overlap."""
    made: dict[str, list[int]] = {}
    for (_, marked), pieces in zip(mails, found, strict=True):
        for place, (these, those) in enumerate(((marked, pieces), (pieces, marked))):
            for label, start, end in these:
                both = any(label == one[0] and start < one[2] and one[1] < end for one in those)
                counts = made.setdefault(label, [0, 0, 0, 0])
                counts[2 * place] += 1
                counts[2 * place + 1] += both
    return made


def recognised(mails: list[tuple[str, list[tuple[str, int, int]]]]) -> list[list[tuple[str, int, int]]]:
    """What the recognisers find in each mail; contact data only where it was marked (it stands apart)."""
    from analysis.sensitivity import personal

    nobody, made = personal.Known(frozenset(), frozenset(), frozenset(), frozenset(), ("enron.com",), "US"), []
    for text, marked in mails:
        pieces = [(one.scheme, (one.found.label, one.found.start, one.found.end))
                  for one in personal.pieces(text, True, nobody, None)]  # fmt: skip
        known = [one for scheme, one in pieces if scheme == "personal" or overlaps([("", marked)], [[one]])[one[0]][3]]
        made.append(known)
    return made


def real_mail(fixtures: Path) -> None:
    """Precision and recall a label on mail read by hand, with exact intervals; Presidio's beside them."""
    from analysis.studies.intervals import clopper_pearson

    mails = hand_checked(fixtures)
    ours, peer, theirs = overlaps(mails, recognised(mails)), presidio([text for text, _ in mails]), {}
    if peer:
        names = {kind: label for label, kind in SAME.items()}
        spans: list[list[tuple[str, int, int]]] = [[] for _ in mails]
        for at, start, end, kind in peer["spans"]:
            spans[at] += [(names[kind], start, end)] if kind in names else []
        theirs = overlaps(mails, spans)
    print(f"\n{len(mails)} mails read by hand, overlapping spans")
    print(f"{'label':20}{'marked':>8}{'precision':>32}{'recall':>32}  Presidio")
    for label in sorted(ours):
        line = f"{label:20}{ours[label][0]:8}"
        for of, n in (ours[label][2:], ours[label][:2]):
            low, high, _ = clopper_pearson(n, of)
            said = f"{n} of {of} = {n / of if of else float('nan'):.2f}"
            line += f"{f'{said} ({low:.2f}-{high:.2f})':>32}"
        a, b, c, d = theirs.get(label, (0, 0, 0, 0))
        print(line + (f"  {d / max(c, 1):.2f} / {b / max(a, 1):.2f}" if label in SAME and peer else "  -"))


def speed(folder: Path) -> None:
    """Messages a CPU second on an invented matter, and growth on hostile text of two sizes."""
    texts = [text for text in matter(SEEDS[0], folder)[0] if text]
    texts = (texts * (60_000 // len(texts) + 1))[:60_000]
    runs = sorted(scanned(texts)[1] for _ in range(3))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    rate, size = len(texts) / runs[1], sum(map(len, texts)) / len(texts)
    print(f"offchannel: {rate:,.0f} messages/CPU-s (bar {BAR:,}; {size:.0f} characters each)")
    peer = presidio(texts[:PRESIDIO_GETS])
    if peer:
        theirs = PRESIDIO_GETS / peer["seconds"]
        print(f"presidio, patterns only: {theirs:,.0f} messages/CPU-s; we are {rate / theirs:.0f}x")
    else:
        print("presidio: not installed; python -m benchmarks sensitivity --install")
    for piece in HOSTILE:
        small, large = (min(scanned([piece * times])[1] for _ in range(2)) for times in (2000, 16_000))
        speed = len(piece) * 16_000 / large / 1e6
        print(f"hostile {piece!r:28} 8x the text takes {large / small:5.1f}x the time ({speed:.2f} MB/CPU-s)")


def main(arguments: list[str]) -> None:
    """Speed, accuracy on invented and on real text, then business or personal."""
    from benchmarks import business
    from benchmarks.review import FIXTURES

    if "--install" in arguments:
        install()
    with tempfile.TemporaryDirectory() as made:
        speed(Path(made))
        accuracy(Path(made))
    real_mail(FIXTURES)
    business.qualities(FIXTURES)
