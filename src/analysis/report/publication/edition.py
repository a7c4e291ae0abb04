"""The pages of the publication edition, written whole, proven, and only then left standing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.markup import Markup, join, tag
from analysis.matter import Matter
from analysis.report import about, answers, ledger
from analysis.report.evidence import Evidence, day
from analysis.report.frame import Frame, table
from analysis.report.index import facts, summary
from analysis.report.publication.cast import pseudonyms, withheld
from analysis.report.publication.proof import search, unpublished
from analysis.report.publication.redaction import Redactor
from analysis.report.publication.standing import FOLDER, seal
from analysis.store import write_text
from analysis.tables import channel_name

SHOWN, LOOKED_AT = 4, 100
"""Messages shown of a finding: enough to see what kind of exchange it rests on; of so many at most, those that can be
shown before those that are withheld or hold no text."""
REASONS = {
    "name": "a person's or a body's name; people carry a pseudonym, the same on every page",
    "handle": "a number, address or profile",
    "conversation": "the title of a conversation",
    "file": "the name of a file of evidence",
    "personal data": "a value that the detectors of personal data mark",
    "internal number": "an id of the internal edition, by which a record could be looked up",
    "address": "an e-mail or web address in a message", "number": "a number of four digits or more in a message",
    "small count": "a count so small that it could name somebody",
    "not business": "a message that is not taken to be official business, shown to nobody",
    "privilege": "a message that may be privileged", "special category": "a message with special category data",
}  # fmt: skip
WITHHELD = (("special", "", "special category"), ("privilege", "", "privilege"),
            ("business", "personal", "not business"))  # fmt: skip
"""Labels (scheme, label or any) of messages that are not shown, and the reason given."""
INTRO = (
    "This edition is made for publication. It shows findings and a few masked messages; everything else stays with the "
    "investigation. Each thing taken out has a reason, counted below; every file of the edition was then searched for "
    "everything withheld, in its usual forms, and nothing was found."
)


def publish(matter: Matter, findings: Sequence[Mapping[str, Any]]) -> Path:
    """Write the edition into `publication/`; returns its index.

    Raises
    ------
    AnalysisError
        Something withheld stands in it: nothing is left standing then, and file, place and rule are named.
    """
    final, folder = matter.out / FOLDER, matter.work / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    held = withheld(matter, pseudonyms(matter))
    redactor = Redactor(matter, held)
    pages, rows = _made(matter, findings, redactor)
    for address, text in pages:
        write_text(folder / address, text)
    write_text(
        folder / ledger.FILE, "".join(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n" for row in rows)
    )
    hits = search(folder, held, unpublished(matter, redactor.shown))
    if hits:
        shutil.rmtree(final, ignore_errors=True)
        raise AnalysisError(
            f"the publication edition is not clean: {len(hits)} hits, first {'; '.join(map(str, hits[:3]))}; nothing "
            f"is published. The pages stay in {matter.work.name}/{FOLDER} to be looked at"
        )
    seal(matter, folder)
    shutil.rmtree(final, ignore_errors=True)
    folder.replace(final)
    return final / "index.html"


def _made(
    matter: Matter, findings: Sequence[Mapping[str, Any]], redactor: Redactor
) -> tuple[list[tuple[str, str]], list[dict[str, Any]]]:
    """Address and text of each page, and the findings as published."""
    evidence = Evidence(matter)
    rows = [redactor.finding(row) for row in findings]
    every = answers.answers(rows)
    by_id = {row["finding_id"]: list(source["exhibits"] or source["evidence"]) for row, source in
             zip(rows, findings, strict=True)}  # fmt: skip
    title, authority, subject = map(redactor.text, (matter.title, matter.authority, matter.subject))
    public = replace(matter, title=title, authority=authority, subject=subject)
    seen = Evidence(public)
    frame = Frame(
        public,
        _entries(every),
        ["Publication edition. This page loads nothing from anywhere: everything it shows is in it."],
    )
    shown = _Exhibits(evidence, redactor)
    bodies = [
        ("index.html", "Summary", summary(seen, _strip(evidence), every)),
        *((answer.address, answer.question.title, answers.page(
            answer, shown.of([key for row in answer.findings for key in by_id[row["finding_id"]]]), (), every))
          for answer in every),
        ("methods.html", "How it was done", about.methods(seen, every)[0]),
    ]  # fmt: skip
    bodies.append(("redactions.html", "What was taken out", _redactions(redactor)))
    styles = ("core.css", "tables.css", "page.css", "bubbles.css")
    asked = {answer.address: answer for answer in every}
    inside = {address: answers.sections(asked[address], body) for address, _, body in bodies if address in asked}
    return [(address, frame.page(title, body, address, inside.get(address, ()), styles))
            for address, title, body in bodies], rows  # fmt: skip


def _entries(every: Sequence[answers.Answer]) -> list[tuple[str, str]]:
    asked = [(answer.address, f"{answer.name} {answer.question.title}") for answer in every]
    return [("index.html", "Summary"), ("methods.html", "How it was done"),
            ("redactions.html", "What was taken out"), ("", "Findings"), *asked]  # fmt: skip


def _strip(evidence: Evidence) -> list[tuple[str, int, str]]:
    """The numbers in context, each leading to the finding it belongs to."""
    return [(words, number, "finding-F1.html" if "account" in words or "declared" in words else "finding-F2.html")
            for words, number, _ in facts(evidence)]  # fmt: skip


class _Exhibits:
    """A few messages of each finding, masked, numbered through the edition in the order they are shown."""

    def __init__(self, evidence: Evidence, redactor: Redactor) -> None:
        self.evidence, self.redactor = evidence, redactor
        labels = evidence.matter.store.read("labels", ["message_id", "scheme", "label"])
        self.reasons: dict[str, str] = {}
        for scheme, label, reason in WITHHELD:
            chosen = labels[(labels["scheme"] == scheme) & ((labels["label"] == label) | (label == ""))]
            self.reasons |= dict.fromkeys(chosen["message_id"].dropna(), reason)
        self.numbers: dict[str, int] = {}

    def of(self, ids: Sequence[str]) -> Markup:
        """The first few messages among these ids; nothing when none of them is a message."""
        known = [key for key in dict.fromkeys(ids) if key in self.evidence.message_ids][:LOOKED_AT]
        told = [str(row["message_id"]) for row in self.evidence.select(known).messages if row["body"]]
        known = sorted(known, key=lambda key: (key in self.reasons, key not in told))[:SHOWN]
        if not known:
            return join()
        rows = self.evidence.select(known).messages
        note = f"{len(rows)} of the messages it rests on, masked; a reason stands where something was taken out."
        items = list(map(self._item, rows))
        return join(
            tag("h2", "Exhibits", id="exhibits"), tag("p", note, class_="soft"), tag("ol", items, class_="talk")
        )

    def _item(self, row: Mapping[str, Any]) -> Markup:
        number = self.numbers.setdefault(str(row["message_id"]), len(self.numbers) + 1)
        when = day(self.evidence.local(row["sent_at"])) if row["sent_at"] else "no time"
        reason = self.reasons.get(str(row["message_id"]))
        if reason:
            self.redactor.counts[reason] += 1
        who = self.redactor.text(self.evidence.who(row["sender_identity_id"], row["sender_person_id"]))
        text = f"[withheld: {reason}]" if reason else self.redactor.body(str(row["body"] or "")) or "[no text]"
        by = tag("p", tag("b", f"Exhibit {number} "), who, f", {when}, {channel_name(row['channel'])}", class_="by")
        return tag("li", by, tag("div", text, class_="body"), class_="say")


def _redactions(redactor: Redactor) -> Markup:
    lines: Iterator[list[object]] = (
        [rule, REASONS.get(rule, rule), f"{n:,}"] for rule, n in sorted(redactor.counts.items())
    )
    return join(
        tag("h1", "What was taken out"),
        tag("p", INTRO, class_="lead"),
        table("Parts taken out, by reason", ("Reason", "What it is", "Times"), list(lines)),
        tag("p", f"Counts of people or messages under {redactor.fewest} are not published."),
    )
