"""The site: every page of one matter's report, linked, written whole, and nothing left over from an earlier run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import analysis
from analysis.markup import join, tag
from analysis.matter import Matter
from analysis.progress import Progress, quiet
from analysis.report import about, ledger, state
from analysis.report import answers as asked
from analysis.report.answers import Answer, answers
from analysis.report.dictionary import dictionary
from analysis.report.drafts import drafts
from analysis.report.evidence import Evidence
from analysis.report.exhibits import accounts, exhibits, few, of_findings, sources
from analysis.report.frame import Entry, Frame
from analysis.report.index import index
from analysis.report.notebooks import Page
from analysis.report.numbers import many
from analysis.report.pictures import pictures
from analysis.report.render import body, contents
from analysis.report.rolls import rolls
from analysis.report.transcripts import LIST, transcripts
from analysis.store import write_json, write_text

KEY = "site.json"
ANSWERED = ("core.css", "tables.css", "page.css", "bubbles.css")
FOLDERS = ("", "exhibits", "rows", "threads")  # whose pages are all written by this module


def build(
    matter: Matter, pages: Sequence[Page], findings: Sequence[Mapping[str, Any]], progress: Progress = quiet
) -> list[str]:
    """Write the site; returns the addresses of the pages written: none, when nothing they rest on has changed.

    Nothing is written unless every notebook's page can be made; pages of earlier runs that have no place any more go.

    Raises
    ------
    AnalysisError
        An output holds what a report may not.
    """
    key = _key(matter, pages)
    if _written(matter) == key:
        return []
    evidence, shown = Evidence(matter), [page for page in pages if page.executed.is_file()]
    frame = Frame(matter, _entries(shown, answers(findings)), _stamp(matter))
    made = list(_notebooks(frame, shown, progress))
    registered = ledger.exhibits(matter)
    made += _parts(evidence, frame, findings, registered, pages)
    written = []
    for address, text in _all(made, evidence, frame):
        write_text(matter.out / address, text)
        written.append(address)
        progress("pages", len(written), len(made) + len(evidence.threads) + 1)
    _clear(matter, written)
    write_json(
        matter.work / KEY,
        {"key": key, "pages": state.hashes(matter.out, [matter.out / address for address in written])},
    )
    return written


def _key(matter: Matter, pages: Sequence[Page]) -> str:
    """Hash of everything the pages are made from."""
    executed = state.hashes(matter.out, [page.executed for page in pages if page.executed.is_file()])
    failures = {page.name: page.failure for page in pages}
    return state.digest([state.foundation(matter), state.ledger_hash(matter), executed, failures])


def _written(matter: Matter) -> str:
    """What the pages as they stand were made from; '' when one of them is not as it was written."""
    path = matter.work / KEY
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"key": "", "pages": {}}
    there = [matter.out / address for address in known["pages"]]
    whole = all(page.is_file() for page in there) and state.hashes(matter.out, there) == known["pages"]
    return str(known["key"]) if whole else ""


REPORT = [("drafts.html", "Draft sections"), ("methods.html", "How it was done"),
          ("unexamined.html", "What could not be examined")]  # fmt: skip
RECORD = [(LIST, "Conversations"), ("accounts.html", "Accounts"), ("sources.html", "Files received"),
          ("dictionary.html", "Data dictionary")]  # fmt: skip


def _entries(pages: Iterable[Page], every: Iterable[Answer]) -> list[Entry]:
    """What the navigation lists; an entry without address is the heading of those after it."""
    questions = [(answer.address, f"{answer.name} {answer.question.title}") for answer in every]
    notebooks = [(f"{page.name}.html", f"{page.name[:2]} {page.notebook.title}") for page in pages]
    return [("index.html", "Summary"), *REPORT, ("", "Findings"), *questions, ("", "Notebooks"), *notebooks,
            ("", "Evidence"), *RECORD]  # fmt: skip


def _stamp(matter: Matter) -> list[str]:
    return [
        f"offchannel {analysis.__version__} · matter {matter.id} · times shown in {matter.zone} unless marked UTC",
        "This page loads nothing from anywhere: everything it shows is in it. Check the report with: offchannel verify",
    ]


def _notebooks(frame: Frame, pages: Sequence[Page], progress: Progress) -> Iterator[tuple[str, str]]:
    for number, page in enumerate(pages, 1):
        html = body(page.executed)
        if page.failure:
            html = join(tag("p", "This page is from an earlier run: the last one failed.", class_="failed"), html)
        address = f"{page.name}.html"
        yield address, frame.page(page.notebook.title, html, address, contents(html))
        progress("rendering", number, len(pages))


def _parts(
    evidence: Evidence,
    frame: Frame,
    findings: Sequence[Mapping[str, Any]],
    registered: Sequence[ledger.Exhibit],
    pages: Sequence[Page],
) -> Iterator[tuple[str, str]]:
    every = answers(findings)
    text, sections = index(evidence, every, pictures(pages), pages)
    yield "index.html", frame.page("Summary", text, "index.html", sections)
    yield from _questions(frame, evidence, every, registered)
    for (address, title), made in zip(
        REPORT,
        (drafts(evidence.matter, every), about.methods(evidence, every), about.unexamined(evidence, every)),
        strict=True,
    ):
        yield address, frame.page(title, made[0], address, made[1])
    text, sections = dictionary()
    yield "dictionary.html", frame.page("Data dictionary", text, "dictionary.html", sections)
    held = evidence.matter.store.arrow("accounts").to_pylist()
    about_them = (
        "Every account in scope, declared by the register or found in the evidence, and the line that shows it."
    )
    way = tag("p", tag("a", many(len(held), "account"), href="rows/accounts.html"))
    text = join(tag("h1", "Accounts"), tag("p", about_them, class_="lead"), way, accounts(evidence, held))
    yield "accounts.html", frame.page("Accounts", text, "accounts.html")
    about_them = "Every file handed over, what was read from it, and its hash beside the one declared at sealing."
    way = tag("p", tag("a", many(len(evidence.sources), "file"), href="rows/sources.html"))
    shown = sources(evidence, evidence.sources.values())
    text = join(tag("h1", "Files received"), tag("p", about_them, class_="lead"), way, shown)
    yield "sources.html", frame.page("Files received", text, "sources.html")
    mine = {ledger.of_finding(row) for row in findings}  # these pages show more: every id, and what limits it
    yield from exhibits(evidence, frame, [each for each in registered if each.address not in mine])
    yield from of_findings(evidence, frame, findings)
    yield from rolls(evidence, frame)


def _questions(
    frame: Frame, evidence: Evidence, every: Sequence[Answer], registered: Sequence[ledger.Exhibit]
) -> Iterator[tuple[str, str]]:
    for answer in every:
        text, title = asked.page(answer, few(evidence, answer.findings), registered, every), answer.question.title
        yield answer.address, frame.page(title, text, answer.address, asked.sections(answer, text), ANSWERED)


def _all(made: Iterable[tuple[str, str]], evidence: Evidence, frame: Frame) -> Iterator[tuple[str, str]]:
    yield from made
    yield from transcripts(evidence, frame)


def _clear(matter: Matter, written: Iterable[str]) -> None:
    kept = {matter.out / address for address in written}
    for folder in FOLDERS:
        for path in sorted((matter.out / folder).glob("*.html")):
            if path not in kept:
                path.unlink()
