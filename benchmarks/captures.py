"""Private messages found in official items, against near-duplicate search by MinHash: CPU seconds, memory, recall.

The texts are generated (a vocabulary with Zipf frequencies, seed fixed): a tenth of the items hold three private
messages each, in equal parts verbatim, quoted and wrapped, without case and punctuation, with a twentieth, a tenth, a
fifth of their words changed; a hundredth of the messages and a paragraph in a quarter of the items are stock phrases.
The peers get what they are made for: paragraphs of the items against messages, sets of three-word shingles, 64 hashes,
threshold 0.3 (a fifth of the words changed leaves less than a third of the shingles). A peer that runs on a part of the
texts (`PEERS`) is taken to cost that times the ratio of sizes on all of them, which is kind to it, since the pairs of
stock phrases grow with its square.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import textwrap
import venv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

VENV = Path(__file__).parents[1] / "build" / "bench-venv-captures"
FULL = (1_000_000, 200_000)
PEERS = {"gaoya": 1.0, "datasketch": 1 / 100}
PINS = {"gaoya": "gaoya==0.2.2", "datasketch": "datasketch==2.0.0"}
WORDS = 60_000
BLOCK = 10_000  # texts generated at a time
STOCK = 40  # phrases; each stands in some 250 messages and 1,250 items of the full size
EDITS = ("same", "quoted", "plain", "edit5", "edit10", "edit20")


def corpus(scale: float) -> tuple[list[str], list[str], list[tuple[int, int, str]]]:
    """Messages, items, and what was planted: message, item, how."""
    rng = np.random.default_rng(7)
    n, m = round(FULL[0] * scale), round(FULL[1] * scale)
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    words = np.array(["".join(rng.choice(letters, size)) for size in rng.integers(2, 10, WORDS)])
    chances = 1 / np.arange(1, WORDS + 1) ** 0.9
    chances /= chances.sum()

    def said(count: int, low: int, high: int) -> Iterator[str]:
        for begin in range(0, count, BLOCK):
            sizes = rng.integers(low, high, min(BLOCK, count - begin))
            drawn = words[rng.choice(WORDS, sizes.sum(), p=chances)]
            yield from (" ".join(piece) for piece in np.split(drawn, np.cumsum(sizes)[:-1]))

    messages, stock = list(said(n, 8, 24)), list(said(STOCK, 8, 14))
    phrases = rng.choice(n, n // 100, replace=False)
    for place in phrases.tolist():
        messages[place] = stock[place % STOCK]
    others = rng.permutation(np.setdiff1d(np.arange(n), phrases))[: 3 * (m // 10)]
    items = [item + "." for item in said(m, 60, 300)]
    for place in rng.choice(m, m // 4, replace=False).tolist():
        items[place] += "\n\n" + stock[place % STOCK].capitalize() + "."
    planted = []
    for number, message in enumerate(others.tolist()):
        place = number // 3
        how = EDITS[number % len(EDITS)]
        items[place] += "\n\n" + passed_on(rng, messages[message].split(), how, words)
        planted.append((message, place, how))
    return messages, items, planted


def passed_on(rng: np.random.Generator, message: list[str], how: str, words: np.ndarray) -> str:
    """The message as it stands in an item."""
    if how == "quoted":
        return "\n".join("> " + line for line in textwrap.wrap(" ".join(message), 60))
    if how == "plain":
        return " ".join(word.upper() + "," for word in message)
    changed = list(message)
    if how.startswith("edit"):
        for place in rng.choice(len(message), max(1, round(len(message) * int(how[4:]) / 100)), replace=False).tolist():
            changed[place] = str(rng.choice(words))
    return " ".join(changed)


def ours(messages: list[str], items: list[str]) -> set[tuple[int, int]]:
    """Pairs found, exact or nearly."""
    from analysis.records.candidates import nearness
    from analysis.records.tokens import tokens

    rows = nearness(tokens(messages), tokens(items))
    kept = rows[rows["exact"] | (rows["similarity"] >= 0.6)]
    return set(zip(kept["text"].tolist(), kept["item"].tolist(), strict=True))


def _shingles(text: str) -> list[str]:
    words = text.lower().replace(">", " ").replace(",", " ").replace(".", " ").split()
    return [" ".join(words[place : place + 3]) for place in range(max(1, len(words) - 2))]


def gaoya(messages: list[str], items: list[str]) -> set[tuple[int, int]]:
    """Pairs by gaoya's MinHash index of the messages, asked with each paragraph."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=0.3,
        num_bands=32,
        band_size=2,
        analyzer="word",
        lowercase=True,
        ngram_range=(3, 3),
    )
    index.par_bulk_insert_docs(list(range(len(messages))), messages)
    parts = [(place, part) for place, item in enumerate(items) for part in item.split("\n\n")]
    found = index.par_bulk_query([part for _, part in parts])
    return {(int(one), place) for (place, _), ones in zip(parts, found, strict=True) for one in ones}


def datasketch(messages: list[str], items: list[str]) -> set[tuple[int, int]]:
    """Pairs by datasketch's MinHashLSH."""
    from datasketch import MinHash, MinHashLSH

    def sketch(text: str) -> object:
        found = MinHash(num_perm=64)
        found.update_batch([shingle.encode() for shingle in _shingles(text)])
        return found

    index = MinHashLSH(threshold=0.3, num_perm=64)
    for place, message in enumerate(messages):
        index.insert(place, sketch(message))
    return {
        (one, place)
        for place, item in enumerate(items)
        for part in item.split("\n\n")
        for one in index.query(sketch(part))
    }


def run(tool: str, scale: float) -> dict[str, float]:
    """One tool on one size, in a process of its own: CPU seconds of the job, peak memory, recall by kind, precision."""
    code = f"from benchmarks import captures as b; b.child({tool!r}, {scale})"
    python = sys.executable if tool == "ours" else str(VENV / "bin" / "python")
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "src")]),
    }
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, env=env)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def child(tool: str, scale: float) -> None:
    """Prints what `run` gives back."""
    messages, items, planted = corpus(scale)
    before = resource.getrusage(resource.RUSAGE_SELF)
    counts = Counter(messages)
    found = {"ours": ours, "gaoya": gaoya, "datasketch": datasketch}[tool](messages, items)
    after = resource.getrusage(resource.RUSAGE_SELF)
    truth = {(message, item) for message, item, _ in planted}
    n_stock = sum(1 for one, _ in found if counts[messages[one]] > 1)
    facts = {
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "rss_mb": after.ru_maxrss / 1024,
        "before_mb": before.ru_maxrss / 1024,
        "n_pairs": len(found),
        "n_stock": n_stock,
        "precision": len(found & truth) / max(1, len(found)),
        "mb": (sum(map(len, messages)) + sum(map(len, items))) / 1e6,
    }
    for kind in EDITS:
        mine = {(message, item) for message, item, how in planted if how == kind}
        facts[kind] = len(found & mine) / max(1, len(mine))
    print(json.dumps(facts))


def main(arguments: list[str]) -> None:
    """Print a line a tool and the two ratios."""
    if "--install" in arguments and not (VENV / "bin" / "pip").exists():
        venv.create(VENV, with_pip=True)
        subprocess.run([VENV / "bin" / "pip", "install", "-q", "numpy", *PINS.values()], check=True)
    scale = next((float(one) for one in arguments if not one.startswith("-")), 1.0)
    run("ours", scale / 10)  # once a machine, the loops are compiled
    mine = run("ours", scale)
    _print("offchannel", scale, mine)
    for tool, part in PEERS.items():
        if not (VENV / "bin" / "python").exists():
            print(f"{tool}: not installed; run with --install")
            continue
        theirs = run(tool, scale * part)
        _print(tool, scale * part, theirs)
        print(
            f"ratio {tool} / offchannel: {theirs['cpu_s'] / part / mine['cpu_s']:.1f} (peer on {part:.0%} of the texts)"
        )


def _print(tool: str, scale: float, facts: dict[str, float]) -> None:
    sizes = f"{FULL[0] * scale:,.0f} x {FULL[1] * scale:,.0f}, {facts['mb']:.0f} MB"
    recall = ", ".join(f"{kind} {facts[kind]:.3f}" for kind in EDITS)
    print(
        f"{tool:<11} {sizes}: {facts['cpu_s']:.1f} CPU-s, {facts['rss_mb']:.0f} MB peak "
        f"({facts['before_mb']:.0f} of it texts); "
        f"precision {facts['precision']:.3f}; recall {recall}"
    )
