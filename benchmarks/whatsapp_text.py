"""The WhatsApp text reader beside hashing the file (the limit), whatstk and whatsapp-chat-parser, in one run.

Each tool runs in a process of its own, in turn, on the same two generated files. CPU seconds are those of the work
alone, without start-up. whatstk refuses files over 50 MB, so it gets the first tenth.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import venv
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

HERE = Path(__file__).parent
WORK = HERE.parent / "build" / "bench"
VENV = HERE.parent / "build" / "bench-venv"
SIZE = 100_000_000
CUT = 10_000_000
SEED = 20200312
LRM = "\u200e"
NAMES = ["Ann Example", "Bob", "Dr. Cara Łukasz", "+44 7700 900123", "Dev 🌱", "Eve van der Berg", "Flo", "Gus O'Hara"]
SYSTEM = [
    "{} left",
    "{} added Bob",
    "{} changed this group's icon",
    '{} changed the subject from "Plan" to "Plan B: now"',
]
MEDIA = {"android": "<Media omitted>", "ios": LRM + "image omitted"}
BARS = {"whatsapp-chat-parser": 4, "whatstk": 30, "sha256": 0.1}
MEMORY = (6, 150)  # times the file, and MB more, that the peak may be
TURNS = 5  # each tool runs so often, in turn with the others; its least disturbed run counts


def generate(path: Path, style: str) -> None:
    """Write about `SIZE` bytes: Zipf words, 7 % of two lines, 6 % media, 2 % system lines; everywhere the same."""
    dice = random.Random(SEED)
    vocabulary = ["".join(dice.choices("etaoinshrdlucmfwypvbgkjqxzéü", k=dice.randint(2, 9))) for _ in range(5000)]
    weights = list(accumulate(1 / rank for rank in range(1, 5001)))
    at, written = datetime(2015, 1, 1), 0
    with path.open("w", encoding="utf-8", newline="") as out:
        while written < SIZE:
            lines = []
            for _ in range(10_000):
                at += timedelta(seconds=dice.randint(1, 400))
                head = at.strftime("[%d/%m/%Y, %H:%M:%S] " if style == "ios" else "%d/%m/%Y, %H:%M - ")
                name, kind = dice.choice(NAMES), dice.random()
                body = " ".join(dice.choices(vocabulary, cum_weights=weights, k=dice.randint(1, 30)))
                if kind < 0.02:
                    line = dice.choice(SYSTEM).format(name)
                    lines.append(f"{head}Team: {LRM}{line}\n" if style == "ios" else f"{head}{line}\n")
                elif kind < 0.08:
                    lines.append(f"{LRM if style == 'ios' else ''}{head}{name}: {MEDIA[style]}\n")
                else:
                    lines.append(f"{head}{name}: {body}{chr(10) + body if kind > 0.93 else ''}\n")
            block = "".join(lines)
            written += len(block.encode())
            out.write(block)


def install() -> None:
    """Install the peers: whatstk into an environment of its own (it is GPL), whatsapp-chat-parser beside this file."""
    if shutil.which("npm"):
        subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    venv.create(VENV, with_pip=True)
    subprocess.run([VENV / "bin" / "pip", "install", "-q", "whatstk>=0.9.1,<0.10"], check=True)


def run(command: list[str]) -> dict | None:
    """Run one tool; None, with the reason printed, when it failed."""
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src")}
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE, env=environment)
    if done.returncode:
        print(f"failed: {' '.join(command[-2:])}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def tools() -> dict[str, list[str] | None]:
    """Command of each tool; None when it is not installed."""
    peer = str(HERE / "peer_whatsapp_text.py")
    node = (HERE / "node_modules" / "whatsapp-chat-parser").is_dir() and shutil.which("node")
    stk = VENV / "bin" / "python"
    return {
        "sha256": [sys.executable, peer, "sha256"],
        "offchannel": [sys.executable, peer, "offchannel:numba"],
        "offchannel, no numba": [sys.executable, peer, "offchannel:numpy"],
        "whatsapp-chat-parser": [node, str(HERE / "peer_whatsapp_text.mjs")] if node else None,
        "whatstk": [str(stk), peer, "whatstk"] if stk.is_file() else None,
    }


def cut(path: Path) -> Path:
    """The first tenth of a file, ending with a whole line."""
    short = path.with_suffix(".cut.txt")
    held = path.read_bytes()[:CUT]
    short.write_bytes(held[: held.rfind(b"\n") + 1])
    return short


def measure(style: str) -> None:
    """One table: all tools on one file."""
    path = WORK / f"{style}.txt"
    if not path.exists():
        generate(path, style)
    print(
        f"\n{style}: {path.stat().st_size / 1e6:.1f} MB; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    heads = (
        ("MB/CPU-s", 10),
        ("k records/CPU-s", 17),
        ("records", 10),
        ("peak MB", 9),
        ("of SHA-256", 12),
        ("we are", 9),
    )
    print(f"{'tool':22}" + "".join(f"{head:>{width}}" for head, width in heads))
    speeds: dict[str, float] = {}
    commands = {tool: command for tool, command in tools().items() if command}
    for tool in tools().keys() - commands.keys():
        print(f"{tool:22} not installed: `make bench` (python -m benchmarks whatsapp_text --install) installs it")
    files = {tool: cut(path) if tool == "whatstk" else path for tool in commands}
    warm = {"offchannel": [str(cut(path))]}
    turns = [
        {tool: run([*commands[tool], str(files[tool]), *warm.get(tool, [])]) for tool in commands} for _ in range(TURNS)
    ]
    best = {}
    for tool, file in files.items():
        runs = sorted((got for turn in turns if (got := turn[tool])), key=lambda got: got["cpu"])
        if runs:
            best[tool] = got = runs[0]
            speeds[tool] = file.stat().st_size / 1e6 / got["cpu"]
    for tool, got in best.items():
        share, ours = speeds[tool] / speeds["sha256"], speeds.get("offchannel", 0) / speeds[tool]
        print(f"{tool:22}{speeds[tool]:10.1f}{got['records'] / 1e3 / got['cpu']:17.0f}{got['records']:10}"
              f"{got['rss'] / 1024:9.0f}{share:12.3f}{ours:8.2f}x")  # fmt: skip
    if ours := best.get("offchannel"):
        print(f"offchannel: numba loaded before the measuring ({ours['warm']:.2f} CPU-s with a tenth of the file); "
              f"that included {path.stat().st_size / 1e6 / (ours['cpu'] + ours['warm']):.1f} MB/CPU-s")  # fmt: skip
    memory = best.get("offchannel", {"rss": 0})["rss"] / 1024
    verdicts(speeds, memory, path.stat().st_size / 1e6)


def verdicts(speeds: dict[str, float], memory: float, size: float) -> None:
    """One line per bar: what was wanted, what is, met or missed."""
    ours = speeds.get("offchannel", 0.0)
    for peer, bar in BARS.items():
        if peer in speeds:
            ratio = ours / speeds[peer]
            print(f"bar: {bar:.3g}x {peer}: {ratio:.3g}x, {'met' if ratio >= bar else 'MISSED'}")
    allowed = MEMORY[0] * size + MEMORY[1]
    print(f"bar: peak {allowed:.0f} MB ({MEMORY[0]}x the file and {MEMORY[1]}): {memory:.0f} MB, "
          f"{'met' if memory <= allowed else 'MISSED'}")  # fmt: skip


def main(arguments: list[str]) -> None:
    """Generate, measure, print."""
    if "--install" in arguments:
        install()
    WORK.mkdir(parents=True, exist_ok=True)
    for style in ("android", "ios"):
        measure(style)
