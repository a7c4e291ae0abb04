"""Review beside ASReview's default model and chance; do stated recall bounds hold? `python -m benchmarks review`.

Collections, all labelled: a State Department release (withheld for deliberation, B5, is relevant), the Berkeley Enron
mails (personal in any way), the mail one custodian received (filed among his notes), and an invented matter (personal).
Effort: ten seeds, the same two first documents for everybody. Coverage: 200 seeds.
"""

import argparse
import json
import mailbox
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from email import message_from_bytes
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import sample
from analysis.pipeline import open_matter
from analysis.review import active
from analysis.sample.judgements import known
from analysis.studies import replays

HERE = Path(__file__).parent
VENV = HERE.parent / "build" / "bench" / "asreview"
FIXTURES = Path(os.environ.get("OFFCHANNEL_FIXTURES", HERE.parent.parent / "shared" / "fixtures"))
SEEDS, TRIALS, ORDERS, N_SAMPLE = 10, 200, 20, 250
TARGET, LEVEL = 0.8, 0.95
GAP, TIMES = 0.01, 5
"""How far WSS@95 may be below ASReview's on average, and how many times less CPU every collection must take."""
STAMPS = re.compile(
    r"^.*(?:RELEASE IN|UNCLASSIFIED|U\.S\. Department of State|Case No\.|Doc No\.|SUBJECT TO AGREEMENT|STATE DEPT\.|"
    r"Declassify|Classified by|CONFIDENTIAL|REVIEW AUTHORITY|STATE-SCB|Date: \d\d/\d\d/\d{4}).*$|"
    r"\b(?:B[1-7](?:\([A-Z]\))?|1\.4\([A-Z]\))",
    re.M,
)


def clinton(fixtures: Path, code: str = "B5") -> tuple[list[str], np.ndarray, list[str]]:
    """Texts without stamps and margin codes, whether the code stands in the header, subject thread."""
    labels = pd.read_csv(fixtures / "sensitivity" / "clinton-296" / "labels.csv", dtype=str, keep_default_na=False)
    labels = labels[labels.release_status.isin(["PART", "FULL"])]
    texts = [STAMPS.sub(" ", (fixtures / "sensitivity" / "clinton-296" / "text" / f"{doc}.txt").read_text("utf-8", "replace"))  # noqa: E501
             for doc in labels.doc]  # fmt: skip
    threads = labels.subject_line.str.lower().str.replace(r"^\W*((re|fw|fvv|fwd|h)\W+)*", "", regex=True).str[:30]
    return texts, labels.header_exemptions.str.contains(code).to_numpy(), threads.tolist()


def enron(fixtures: Path, purely: bool = False) -> tuple[list[str], np.ndarray, list[str]]:
    """Subject and body, whether it is personal (purely, or in any way), subject thread."""
    folder = fixtures / "sensitivity" / "enron-berkeley-150"
    labels = pd.read_csv(folder / "labels.csv", dtype=str)
    mails = [message_from_bytes((folder / name).read_bytes()) for name in labels.file]
    subjects = [str(mail["subject"] or "") for mail in mails]
    texts = [
        f"{subject}\n{mail.get_payload(decode=True).decode('latin-1')}"
        for subject, mail in zip(subjects, mails, strict=True)
    ]
    personal = labels.purely_personal == "1"
    chosen = personal if purely else personal | (labels.personal_in_professional == "1")
    return texts, chosen.to_numpy(), [re.sub(r"^((re|fw|fwd):\s*)*", "", one.lower()) for one in subjects]


def filed(fixtures: Path) -> tuple[list[str], np.ndarray]:
    """What one custodian received, and whether it was filed among the notes: nothing here was chosen on this set."""
    texts: dict[str, bool] = {}
    for folder in ("inbox", "deleted_items", "notes_inbox"):
        for mail in mailbox.mbox(fixtures / "email" / "enron-derrick-j" / f"enron.derrick-j.{folder}.mbox"):
            body = mail.get_payload(decode=True)
            texts.setdefault(f"{mail['subject']}\n{body.decode('latin-1') if body else ''}", folder == "notes_inbox")
    return list(texts), np.array(list(texts.values()))


def invented(n: int) -> tuple[list[str], np.ndarray]:
    """`n` random messages of an invented matter, with what is personal."""
    with tempfile.TemporaryDirectory() as place:
        sample.write(Path(place) / "m", messages=3000, seed=77)
        matter = open_matter(Path(place) / "m", out=Path(place) / "out")
        truth = known(matter)
        rows = matter.store.read("messages", ["message_id", "body"]).dropna()
    rows = rows[rows.message_id.isin(truth.index)].sample(n, random_state=7)
    return rows.body.tolist(), (truth["class"].loc[rows.message_id] == "personal").to_numpy()


def ours(texts: list[str], relevant: np.ndarray) -> list[tuple[list[int], float]]:
    runs = []
    for seed in range(SEEDS):
        began = time.process_time()
        order = active.replay(active.matrix(texts), relevant, active.begin(relevant, seed))
        runs.append((order.tolist(), time.process_time() - began))
    return runs


def peer(texts: list[str], relevant: np.ndarray) -> list[tuple[list[int], float]] | None:
    """ASReview's default model, in its own environment."""
    python = VENV / "bin" / "python"
    if not python.exists():
        return None
    job = {
        "texts": texts,
        "labels": relevant.astype(int).tolist(),
        "first": [active.begin(relevant, s) for s in range(SEEDS)],
    }
    done = subprocess.run([python, HERE / "peer_asreview.py"], input=json.dumps(job), capture_output=True, text=True)
    if done.returncode:
        print("asreview failed:", done.stderr[-400:])
        return None
    return [tuple(run) for run in json.loads(done.stdout)]


def compare(collections: dict[str, tuple[list[str], np.ndarray]]) -> None:
    heads = ("read for 80 %", 14), ("95 %", 8), ("WSS@95", 8), ("sd", 7), ("at 20 %", 9), ("CPU s a run", 12)
    print(f"{'collection':32}{'tool':10}" + "".join(f"{head:>{width}}" for head, width in heads))
    found: dict[str, list[tuple[float, float, float]]] = {}
    for name, (texts, relevant) in collections.items():
        chance = [(np.random.default_rng(s).permutation(len(texts)).tolist(), 0.0) for s in range(SEEDS)]
        label = f"{name} ({len(texts)}/{relevant.sum()})"
        for tool, runs in (("ours", ours(texts, relevant)), ("asreview", peer(texts, relevant)), ("random", chance)):
            if runs is None:
                print(f"{label:32}{tool:10} not installed or failed: python -m benchmarks review --install")
                continue
            orders = [np.array(order) for order, _ in runs]
            saved = [active.wss(order, relevant) for order in orders]
            read = [
                np.mean([active.read_for(one, relevant, goal) for one in orders]) / len(texts) for goal in (0.8, 0.95)
            ]
            early = np.mean([relevant[one[: len(texts) // 5]].sum() / relevant.sum() for one in orders])
            cpu = np.mean([seconds for _, seconds in runs])
            found.setdefault(tool, []).append((float(np.mean(saved)), float(early), float(cpu)))
            print(f"{label:32}{tool:10}{read[0]:14.1%}{read[1]:8.1%}{np.mean(saved):8.3f}{np.std(saved):7.3f}{early:9.3f}"
                  f"{cpu:12.2f}", flush=True)  # fmt: skip
    if "asreview" in found:
        own, other = (np.array(found[tool]) for tool in ("ours", "asreview"))
        gap, ratio = (own - other)[:, 0], (other / own)[:, 2]
        met = gap.mean() >= -GAP and ratio.min() >= TIMES
        print(f"WSS@95 beside asreview {gap.mean():+.3f} on average, {gap.min():+.3f} at worst; {ratio.min():.0f} to "
              f"{ratio.max():.0f} times less CPU: bar {'met' if met else 'missed'}")  # fmt: skip


def coverage(texts: list[str], relevant: np.ndarray, name: str) -> None:
    """How often the truth is within what was stated; exact intervals cover at least at their level."""
    rows = active.matrix(texts)
    orders = [relevant[active.replay(rows, relevant, active.begin(relevant, seed))] for seed in range(ORDERS)]
    made = replays.coverage(orders, TRIALS, N_SAMPLE, TARGET, LEVEL)
    print(f"{name}: stop at {TARGET:.0%} with {LEVEL:.0%} confidence held in {made.stopped:.1%} of {TRIALS} replays, "
          f"reading {made.read:.0%}; elusion bound held in {made.bounded:.1%}, bound of the labels' recall in "
          f"{made.labelled:.1%}: bar {'met' if min(made[:3]) >= LEVEL else 'missed'}", flush=True)  # fmt: skip


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks review")
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--fixtures", type=Path, default=FIXTURES)
    parser.add_argument("--messages", type=int, default=1000)
    chosen = parser.parse_args(arguments)
    if chosen.install and not VENV.exists():
        venv.create(VENV, with_pip=True)
        subprocess.run([VENV / "bin" / "pip", "install", "-q", "asreview>=3.0,<4"], check=True)
    collections = {
        "State Department, B5": clinton(chosen.fixtures)[:2], "Enron, personal": enron(chosen.fixtures)[:2],
        "Enron, filed as notes": filed(chosen.fixtures), "invented, personal": invented(chosen.messages),
    }  # fmt: skip
    for name, one in collections.items():
        coverage(*one, name)
    compare(collections)


if __name__ == "__main__":
    main(sys.argv[1:])
