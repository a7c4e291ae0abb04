"""Findings shown many at a time: each folded into one line with its number and outcome, under its question."""

from __future__ import annotations

import re
from html import unescape
from itertools import groupby

from analysis.findings.questions import QUESTIONS
from analysis.markup import Markup, escape, raw, tag
from analysis.report.numbers import unbroken

FULL = 3  # so many findings of one output stand in full; of more, each is a line. Of more questions: not on paper
_BLOCK = re.compile(r'<section class="finding" id="finding-([^"]+)">(.*?)</section>', re.DOTALL)
_HEAD = re.compile(r"<h3>\S+ (.*?)\s*(<span class=\"chip [^>]*>[^<]*</span>)</h3>", re.DOTALL)
_NUMBER = re.compile(r"<dt>Number</dt><dd>(.*?)</dd>", re.DOTALL)
_CLAIM = re.compile(r'<p class="statement">(.*?)</p>', re.DOTALL)
_TEXT = re.compile(r">[^<]+<")
_COUNTED = re.compile(r"(.*?) \((.*)\)")


def fold(html: str) -> Markup:
    """An output as it is, or, with many findings in it, each closed under its question; its anchor stays.

    Parameters
    ----------
    html
        Findings as the ledger writes them, escaped there and proven by `sanitise`.
    """
    found = [(unescape(identifier), block) for identifier, block in _BLOCK.findall(html)]
    if len(found) <= FULL or _BLOCK.sub("", html).strip():
        return _whole_days(html) if found else raw(html)
    parts: list[Markup] = []
    many = len({identifier.partition(".")[0] for identifier, _ in found}) > FULL
    for name, blocks in groupby(found, lambda block: block[0].partition(".")[0]):
        title = f"{name} {QUESTIONS[name].title}" if name in QUESTIONS else name
        parts.append(tag("h3", tag("a", title, href=f"finding-{name}.html"), class_="of"))
        parts += [_line(identifier, block, name, not many) for identifier, block in blocks]
    return tag("div", parts, class_="folds many" if many else "folds")


def _line(identifier: str, block: str, name: str, claimed: bool) -> Markup:
    """One finding; `claimed`: its line says its sentence too."""
    head, number = _HEAD.search(block), _NUMBER.search(block)
    if not head:
        return tag("section", raw(block), class_="finding", id=f"finding-{identifier}")
    claim = _CLAIM.search(block) if claimed else None
    counted = _COUNTED.fullmatch(number[1]) if number else None
    said: object = raw(number[1] if number else "")
    if counted:
        said = tag("b", raw(counted[1])), " ", tag("small", raw(counted[2]))
    way = tag("p", tag("a", "On the page of its question", href=f"finding-{name}.html#{identifier}"), class_="note")
    no = raw(escape(identifier).replace(".", "<wbr>."))
    line = tag(
        "summary", tag("span", no, class_="no"), " ", tag("span", raw(head[1]), class_="title"), " ",
        tag("span", said, class_="said"), " ", raw(head[2]), " ",
        tag("span", unbroken(raw(claim[1])), class_="claim") if claim else "",
    )  # fmt: skip
    rest = block.replace(head[0], "", 1).replace(claim[0] if claim else "", "", 1)
    return tag(
        "section", tag("details", line, _whole_days(rest), way), class_="finding fold", id=f"finding-{identifier}"
    )


def _whole_days(html: str) -> Markup:
    """The same with no day broken at its hyphens at the end of a line."""
    return raw(_TEXT.sub(lambda text: unbroken(raw(text[0])), html))
