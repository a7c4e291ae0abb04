"""Whether a level that was found is a marking: by where it stands, and by what the words around it say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis import passages

_DECORATION = " \t\r\u00a0\u200e\u200f>|*_#=~-–—•·●▪<>[](){}\"'“”‘’.,;:&+\\/"
_LABELLED = re.compile(
    r"(?i)(?:(?:security|protective|document|government|information|overall|this|the|email|message|document's)\s){0,3}"
    r"(?:x-protective-marking|msip_label\w{0,60}|classification|classified(?: as)?|protective marking|marking|marked|"
    r"sensitivity|handling|gsc|status|subject|nb|n\.b\.|fyi|note|please note|warning|caution)(?: is)?\s?[:=–—-]?\s*$"
)
"""What a form writes before a mark on its line: `Classification: ...`."""
_PAGE = re.compile(r"(?i)(?:page )?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?$")
_REPLY = re.compile(
    r"(?i)(?:(?:re|fw|fwd|aw|wg|sv|tr|automatic reply|accepted|declined|invitation|updated invitation)"
    r"(?:\[\d+\])?\s?:\s*|\[(?:external|ext|secure|encrypted)\]:?\s*)"
)
_SPLIT = re.compile(r"\s*[:\-–—|\]\)\},;/]|\s*$|\s{2,}")
"""What parts a mark from the words after it in a subject or at the head of a line."""
_OWN = re.compile(
    r"(?i)\b(?:this|these|below|above|attached|following|enclosed|content|contents|it|it's|all|everything|note|paper|"
    r"email|e-mail|mail|message|thread|chat|bit|section|para|document|doc|draft|version|pack|annex)\b"
    r"[^.?!\n]{0,40}?\b(?:is|are|is all|marked|classified|handle as|treat as|treated as)\b[ :]{0,3}"
    r"(?:now |all |still |also |marked |classified |as |at |to be |an? ){0,3}[\"'“‘(\[]?$"
)
"""A sentence that says a marking of its own content."""
_TREAT = re.compile(
    r"(?i)\b(?:treat|handle|regard|consider)"
    r"(?: (?:this|it|these|all(?: of this)?|the (?:below|above|attached|following)))? as [\"'“‘]?$"
)
"""A request to handle what is sent by a marking."""
_TALK = re.compile(
    r"(?i)\b(?:policy|policies|tiers?|classifications|markings|levels?|scheme|training|guidance|anything|nothing|any|"
    r"never|must(?: not|n't)?|should(?: not|n't)?|cannot|can't|whether|would|could|may|might|if|unless|why|what|which|"
    r"is this|or above|or higher|or below|and above|and below|upwards|e\.g\.|for example|such as|rules?|"
    r"briefing|material that|"
    r"information marked|documents marked|items marked|isn't|not|wasn't|aren't|used to|lol|haha)\b|\?"
)
"""Words of talk about markings, of doubt, of rules."""
_ASKED = re.compile(r"(?i)\b(?:is this|is it|whether|levels?|tiers?|classifications?|markings?)\b")
"""Talk about the mark itself, where a mark stands clear of the sentence."""
_PARTED = re.compile(r"[\[({|–—]\s*$|\s-\s*$|\s{3,}$")
"""What parts a mark from the words before it."""
_NON = re.compile(r"(?i)(?:\bnon|\bun|\bsemi|\bquasi|\bnot)[\s-]{0,2}$")
_TOGETHER, _MANY = 700, 3
"""So many different levels within so many characters are a text about markings."""
_NEXT = 24
"""Characters before a mark that can part it from a sentence, or deny it."""
_TOLD = 160
"""Characters that tell whether a text shouts."""
_EDGE = 500
"""Characters of decoration that may stand before a first line or after a last one."""
_NAME_EDGE = re.compile(r"^$|^[ _.\-–—\[\](){}+,~&]+$")


@dataclass(frozen=True)
class Shape:
    """A level as found: its span with slots, its own text; whether it has slots, is an ordinary word, or a heading
    that everybody uses and that counts only with a slot (`CONFIDENTIAL - COMMERCIAL`)."""  # noqa: D205, D209

    start: int
    end: int
    text: str
    level: str
    slots: bool
    ordinary: bool
    everyday: bool = False

    @property
    def words(self) -> bool:
        """Two words or a shorthand: hardly anything but a mark."""
        return " " in self.level or "-" in self.level or self.slots

    @property
    def typed(self) -> bool:
        """In capitals, or a level of two parts in Title Case; `Top Secret` is everyday English."""
        return self.capitals or "-" in self.level

    @property
    def capitals(self) -> bool:
        """In capitals, as marks are."""
        return self.text == self.text.upper()


_FIELD = 1000
"""Characters on each side in which the other keys of one label stand."""
_KEYED = re.compile(r"(MSIP_Label_[\w\-]{1,80})_Name=[\"']?$")


def place(text: str, where: str, shape: Shape, beside: list[Shape]) -> tuple[str, float] | None:
    """Position and score of a marking; nothing for a level that is no marking."""
    if where == "name":
        return _in_name(text, shape)
    if where == "header":
        return _in_header(text, shape)
    start, end = passages.line_at(text, shape.start)
    end = max(end, shape.end)
    if where == "subject":
        return _in_subject(text, shape) if not _listed(text, shape, beside) else None
    start = passages.lead(text, start, end)
    before, after = text[start : shape.start], text[shape.end : end]
    if not shape.typed or _listed(text, shape, beside) or _NON.search(before[-_NEXT:]):
        return None
    if not before.strip(_DECORATION) or _labelled(before) or _PAGE.fullmatch(before.strip(_DECORATION)):
        if not after.strip(_DECORATION) or _PAGE.fullmatch(after.strip(_DECORATION)):
            return _alone(text, shape, start, end, bool(before.strip(_DECORATION)))
        return _heading(text, shape, after)
    if not after.strip(_DECORATION) and shape.capitals and _PARTED.search(before[-_NEXT:]):
        return ("line_end", 0.9) if shape.words and not _ASKED.search(before) else None
    if shape.words and shape.capitals and _PARTED.search(before[-_NEXT:]) and re.match(r"\s*[:|–—]|\s+-\s", after):
        return None if _ASKED.search(before) else ("inline", 0.85)
    return _inside(text, shape)


def _labelled(before: str) -> bool:
    return len(before) < 80 and bool(_LABELLED.fullmatch(before.strip(_DECORATION.replace(":", "")) + " "))


def _alone(text: str, shape: Shape, start: int, end: int, labelled: bool) -> tuple[str, float] | None:
    """A line with nothing else on it; words of everyday life only at the edges of a text, and never shouted."""
    first = start <= _EDGE and not text[:start].strip(_DECORATION + "\n")
    last = len(text) - end <= _EDGE and not text[end:].strip(_DECORATION + "\n")
    position = "first_line" if first else "last_line" if last else "own_line"
    if not shape.capitals and shape.ordinary:
        return None
    if shape.words or (labelled and not shape.everyday):
        return position, 0.99 if shape.capitals else 0.9
    if shape.ordinary:
        return (position, 0.7) if first != last and not shape.everyday else None
    return position, 0.7 if first and last else 0.95


def _heading(text: str, shape: Shape, after: str) -> tuple[str, float] | None:
    """A mark that opens a line: `OFFICIAL-SENSITIVE: the figures`; one word needs a separator."""
    parted = bool(_SPLIT.match(after))
    shouted = _shouted(after)
    if shape.ordinary or (not parted and (_TALK.match(after.lstrip()) or _is_subject_of(after))):
        return None
    if shape.words:
        joke = shouted and "-" not in shape.level and not shape.slots
        return None if joke or not (parted or shape.capitals) else ("line_start", 0.95)
    if _closed(text, shape) or (re.match(r"\s*[:|–—]\s*\S|\s+-\s+\S", after) and not shouted):
        return None if _TALK.match(after.lstrip(_DECORATION)) else ("line_start", 0.8)
    return None


def _is_subject_of(after: str) -> bool:
    """`OFFICIAL-SENSITIVE material must...`: the level is spoken of, not applied."""
    return bool(
        re.match(
            r"(?i)\s+(?:is|are|was|means?|material|information|info|documents?|data|papers?|stuff|content|markings?|caveats?|"
            r"emails?|messages?|or|and|must|should|can|cannot|may|needs?|handling|level|tier|classification)\b",
            after,
        )
    )


def _shouted(text: str) -> bool:
    """Mostly capitals: a chat that shouts."""
    found = [char for char in text[:_TOLD] if char.isalpha()]
    return bool(found) and sum(char.isupper() for char in found) > 0.6 * len(found)


def _closed(text: str, shape: Shape) -> bool:
    return shape.start > 0 and text[shape.start - 1] in "[({" and text[shape.end : shape.end + 1] in ("]", ")", "}")


def _inside(text: str, shape: Shape) -> tuple[str, float] | None:
    """Within a sentence: in brackets, or said by the sentence of its own content."""
    if shape.ordinary or not shape.capitals:
        return None
    low, high = passages.sentence_at(text, shape.start, shape.end)
    before, after = text[low : shape.start], text[shape.end : high]
    if shape.words and not (before + after).strip(_DECORATION):
        return "inline", 0.85
    if shape.words and _closed(text, shape) and not _ASKED.search(before) and "?" not in before + after:
        return "inline", 0.85
    if _TALK.search(before) or _TALK.search(after[:60]) or _shouted(before + after) or _is_subject_of(after):
        return None
    if shape.words and (_OWN.search(before) or _TREAT.search(before)):
        return "inline", 0.85
    marked = re.search(r"(?i)\b(?:marked|classified)(?: as)? [\"'“‘(\[]?$", before)
    return ("inline", 0.75) if marked and _OWN.search(before) else None


def _in_subject(text: str, shape: Shape) -> tuple[str, float] | None:
    start = 0
    while found := _REPLY.match(text, start):
        start = found.end()
    before, after = text[start : shape.start], text[shape.end :]
    head, tail = not before.strip(_DECORATION) or _labelled(before), not after.strip(_DECORATION + "?")
    parted = (head and bool(_SPLIT.match(after))) or (tail and bool(_PARTED.search(before) or before.endswith(": ")))
    if not shape.typed or (tail and not head and "?" in after):
        return None
    if shape.ordinary:
        return ("subject", 0.7) if head and tail and not shape.everyday else None
    if parted or (head and tail):
        return "subject", 0.97
    if _TALK.search(before) or not shape.capitals or _is_subject_of(after):
        return None
    if shape.words:
        joke = "-" not in shape.level and not shape.slots and _shouted(before + after)
        return None if joke or (_TALK.search(after) and not head) else ("subject", 0.9)
    said = _shouted(before) or re.search(r"(?i)(?:\b(?:is|are|now|the|an?|its|so|not)|['’](?:s|re))\s*$", before)
    return ("subject", 0.75) if tail and not said else None


def _in_header(text: str, shape: Shape) -> tuple[str, float] | None:
    """In a field that says how a mail is marked: the whole value, or that of one of its keys (`..._Name=`).

    A label that was taken off again stays in the field as `..._Enabled=false`, and is none.
    """
    near = text[max(0, shape.start - _FIELD) : shape.end + _FIELD]
    key = _KEYED.search(text, max(0, shape.start - _TOLD), shape.start)
    if key and re.search(rf"(?i){re.escape(key[1])}_Enabled\s*=\s*[\"']?(?:false|0)\b", near):
        return None
    said = text[: shape.start].rstrip(" \t\"'")[-1:] in (":", "=", ";", ",")
    return ("header", 0.97) if said and (shape.capitals or not shape.ordinary) else None


def _in_name(text: str, shape: Shape) -> tuple[str, float] | None:
    """In a file name: parted from its neighbours, and one word only at an edge or between strong separators."""
    if not shape.capitals:
        return ("name", 0.85) if shape.typed else None
    stem = len(text) if "." not in text else text.rfind(".")
    before, after = text[: shape.start], text[shape.end : max(stem, shape.end)]
    if shape.words:
        return "name", 0.95
    edge = _NAME_EDGE.match(before) or _NAME_EDGE.match(after)
    strong = (not before or before.rstrip()[-1:] in "_-[(–—.") and (not after or after.lstrip()[:1] in "_-])–—.")
    if shape.ordinary or not ((edge and strong) or (strong and before and after)):
        return None
    return "name", 0.85


def _listed(text: str, shape: Shape, beside: list[Shape]) -> bool:
    """One of several different levels named together: on one line, or on lines one below the other."""
    near = [one for one in beside if abs(one.start - shape.start) < _TOGETHER]
    if len({one.level for one in near}) >= _MANY:
        return True
    for other in near:
        if other.level == shape.level:
            continue
        between = text[min(shape.end, other.end) : max(shape.start, other.start)]
        if between.count("\n") == 0 or (between.count("\n") == 1 and len(between.strip(_DECORATION + "\n")) < 60):
            return True
    return False
