"""A small invented world for tests: who sent what when, and the intake of every phone that held it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.intake import handles
from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.store import make_id

START = pd.Timestamp("2020-03-02 08:00", tz="UTC")
FLAGS = ("fold", "forwarded", "edited", "seq", "truncated", "n_copies", "bytes", "from_owner")
COPIES = "copy_id source_id locator seq thread_id sender_identity_id sent_at "
EVENTS = "event_id thread_id source_id locator at kind actor_identity_id target_identity_id value"
SOURCE = {"path": "", "sha256": "", "bytes": 0, "reader": "whatsapp_text", "detected": "", "custodian_id": None,
          "owner_identity_id": None,
          "channel": "whatsapp", "address": None, "address_basis": "declared", "status": "read", "n_copies": 0,
          "zone_basis": "assumed", "truncated": False}  # fmt: skip
COPY = {"sent_text": "", "precision": "second", "zone_basis": "assumed", "fold": False, "kind": "text",
        "state": "present", "subject": None, "body": "", "native_id": None, "reply_to": None, "forwarded": False,
        "edited": False, "suspect": None, "mih": None, "from_owner": None, "header": None}  # fmt: skip


@dataclass
class World:
    """Frames of an intake, built row by row."""

    sources: list[dict] = field(default_factory=list)
    copies: list[dict] = field(default_factory=list)
    events: list[dict] = field(default_factory=list)
    recipients: list[dict] = field(default_factory=list)
    identities: dict[str, dict] = field(default_factory=dict)
    names: list[dict] = field(default_factory=list)
    threads: list[dict] = field(default_factory=list)
    byte: dict[str, int] = field(default_factory=dict)

    def source(self, path: str, custodian: str | None = None, **facts: object) -> str:
        source_id = make_id(path, "x")
        self.sources.append({**SOURCE, "source_id": source_id, "path": path, "custodian_id": custodian, **facts})
        return source_id

    def identity(self, raw: str, channel: str = "whatsapp", scope: str | None = None, kind: str = "") -> str:
        kind = kind or ("phone" if raw[:1] in "+0" else "email" if "@" in raw else "name")
        kind, normal = handles.normal(kind, raw, "GB")
        scope = scope if kind == "name" else None
        identity_id = make_id(channel, kind, normal, scope)
        self.identities[identity_id] = {"identity_id": identity_id, "channel": channel, "kind": kind, "raw": raw,
                                        "normal": normal, "scope": scope}  # fmt: skip
        return identity_id

    def thread(self, source: str, kind: str = "group", title: str | None = None, counterpart: str | None = None) -> str:
        channel = next(row["channel"] for row in self.sources if row["source_id"] == source)
        thread_id = make_id(source, title, counterpart, len(self.threads))
        self.threads.append({"thread_id": thread_id, "source_id": source, "channel": channel, "kind": kind,
                             "title": title, "counterpart_identity_id": counterpart})  # fmt: skip
        return thread_id

    def place(self, source: str) -> str:
        at = self.byte.get(source, 0)
        self.byte[source] = at + 50
        return f"bytes {at}-{at + 50}"

    def copy(self, thread: str, sender: str | None, at: pd.Timestamp, body: str, **facts: object) -> str:
        source = next(row["source_id"] for row in self.threads if row["thread_id"] == thread)
        locator = self.place(source)
        copy_id = make_id(source, locator)
        if facts.get("precision") == "minute":
            at = at.floor("min")
        self.copies.append({**COPY, "copy_id": copy_id, "source_id": source, "locator": locator,
                            "seq": self.byte[source] // 50 - 1, "thread_id": thread, "sender_identity_id": sender,
                            "sent_at": at, "body": body, **facts})  # fmt: skip
        return copy_id

    def event(self, thread: str, kind: str, at: pd.Timestamp, actor: str | None = None, target: str | None = None,
              value: str | None = None) -> None:  # fmt: skip
        source = next(row["source_id"] for row in self.threads if row["thread_id"] == thread)
        locator = self.place(source)
        self.events.append({"event_id": make_id(source, locator), "thread_id": thread, "source_id": source,
                            "locator": locator, "at": at, "kind": kind, "actor_identity_id": actor,
                            "target_identity_id": target, "value": value})  # fmt: skip

    def intake(self) -> Intake:
        def frame(rows: list[dict], columns: str, times: tuple[str, ...] = ()) -> pd.DataFrame:
            table = pd.DataFrame(rows, columns=columns.split())
            for name in times:
                table[name] = pd.to_datetime(table[name], utc=True).astype("datetime64[us, UTC]")
            for name in table.columns.difference([*times, *FLAGS]):
                table[name] = table[name].astype("str")
            return table

        sources = frame(self.sources, "source_id " + " ".join(SOURCE))
        counts = pd.Series([row["source_id"] for row in self.copies]).value_counts()
        sources["n_copies"] = sources["source_id"].map(counts).fillna(0).astype(int)
        return Intake(
            sources=sources, rejects=pd.DataFrame(columns=["source_id", "locator", "reason", "n_bytes"]),
            copies=frame(self.copies, COPIES + " ".join(COPY), ("sent_at",)),
            events=frame(self.events, EVENTS, ("at",)),
            recipients=frame(self.recipients, "copy_id identity_id role"),
            attachments=frame([], "attachment_id copy_id name mime bytes sha256 present"),
            identities=frame(list(self.identities.values()), "identity_id channel kind raw normal scope"),
            names=frame(self.names, "source_id custodian_id identity_id label basis locator"),
            threads=frame(self.threads, "thread_id source_id channel kind title counterpart_identity_id"),
        )  # fmt: skip


def matter(folder: Path, judgements: str = "", **registers: str) -> Matter:
    """A matter folder with these registers (CSV text)."""
    (folder / "registers").mkdir(parents=True, exist_ok=True)
    (folder / "evidence").mkdir(exist_ok=True)
    (folder / "matter.toml").write_text('[matter]\nid = "t"\nofficial_domains = ["dept.example"]\n', encoding="utf-8")
    for name, text in registers.items():
        (folder / "registers" / f"{name}.csv").write_text(text, encoding="utf-8")
    if judgements:
        (folder / "judgements").mkdir(exist_ok=True)
        (folder / "judgements" / "merges.csv").write_text(judgements, encoding="utf-8")
    return Matter.open(folder, out=folder / "out")


NAMES = (
    "Jane Okafor",
    "Matthew Price",
    "Ravi Menon",
    "Ursula Hale",
    "Colm Duffy",
    "Ada Finch",
    "Owen Tait",
    "Zoe Lund",
)
WORDS = "the order is with legal now so wait for the annex before you reply to anyone about tests in care homes".split()


@dataclass
class Planted:
    """A generated group with its truth: message number per copy, who lacks what by deletion, clock per phone."""

    world: World
    truth: dict[str, int] = field(default_factory=dict)  # copy_id -> message
    deleted: set[tuple[int, str]] = field(default_factory=set)  # (message, source) removed without trace
    clocks: dict[str, float] = field(default_factory=dict)  # source_id -> seconds ahead
    senders: dict[int, int] = field(default_factory=dict)  # message -> person


def number(person: int) -> str:
    """The invented number of a person."""
    return f"+4477009001{person:02d}"


def planted(
    seed: int, people: int = 5, phones: int = 4, n: int = 400, lost: float = 0.02, short: float = 0.35
) -> Planted:
    """A group held by several phones with wrong clocks, mixed precision, own labels, short repeats and deletions."""
    rng = random.Random(seed)
    plan = Planted(World())
    world = plan.world
    clocks = [0.0] * phones
    for wrong in range(1, phones, 3):
        clocks[wrong] = rng.choice([-3600.0, 437.0, -95.0, 12.0])
    threads, label = [], {}
    for phone in range(phones):
        source = world.source(f"{phone}.txt", f"C{phone}", address=number(phone))
        plan.clocks[source] = clocks[phone]
        threads.append(world.thread(source, "group", "Testing cell"))
        for person in range(people):
            raw = NAMES[person] if phone == person or (phone + person) % 3 else number(person)
            label[phone, person] = world.identity(raw, scope=f"C{phone}")
    at = START
    for message in range(n):
        at += pd.Timedelta(seconds=rng.choice([4, 9, 25, 70, 400, 4000]) * (0.5 + rng.random()))
        sender = rng.randrange(people)
        body = rng.choice(["ok", "yes", "thanks", "no"]) if rng.random() < short else " ".join(rng.choices(WORDS, k=9))
        plan.senders[message] = sender
        for phone in range(phones):
            source = world.sources[phone]["source_id"]
            if rng.random() < lost and message not in (0, n - 1):
                plan.deleted.add((message, source))
                continue
            heard = at + pd.Timedelta(seconds=clocks[phone])
            precision = "minute" if phone % 2 else "second"
            copy = world.copy(threads[phone], label[phone, sender], heard.floor("s"), body, precision=precision)
            plan.truth[copy] = message
    return plan


def pair_scores(truth: dict[str, int], found: pd.Series) -> tuple[float, float]:
    """Precision and recall of copy pairs put into one message."""
    table = pd.DataFrame({"truth": pd.Series(truth), "found": found}).dropna()
    pairs = lambda column: (table.groupby(column).size().pipe(lambda size: size * (size - 1) / 2)).sum()  # noqa: E731
    both = pairs(["truth", "found"])
    return float(both / max(pairs(["found"]), 1)), float(both / max(np.float64(pairs(["truth"])), 1))
