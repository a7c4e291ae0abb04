"""What one body or one system line is: media, deleted, location... or an event, told by the app's own phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from analysis.intake.whatsapp_codes import KIND_OF, MIMES
from analysis.intake.whatsapp_locales import (
    LONGEST,
    LRM,
    Locale,
    Template,
    alike,
    folded,
    locales,
    phrases,
    words,
    yous,
)  # fmt: skip

_STATES = {"deleted": ("deleted", "deleted"), "view_once": ("view_once", "view_once"), "live": ("location", "present"),
           "waiting": ("text", "omitted")}  # fmt: skip
PLACE = "https://foursquare.com/v/"
_PLACE = re.compile(re.escape(PLACE) + r"[0-9a-f]{24}\Z")
_MAP = re.escape("https://maps.google.com/?q=")
YOU = "You"  # the owner of the phone, in whatever language the app says so
STRONG = 30  # fixed characters of a template by which a line with a sender still counts as the app's own


@dataclass(frozen=True)
class Content:
    """What a body is. `skip` and `drop`: characters of app marks to leave out at its start and end.

    `typed` says that the words are the app's and the mark is missing that the app would have set.
    """

    kind: str = "text"
    state: str = "present"
    edited: bool = False
    skip: int = 0
    drop: int = 0
    file: str | None = None
    call: bool = False
    by_owner: bool = False
    typed: bool = False


@dataclass(frozen=True)
class Event:
    """What a system line records."""

    kind: str
    actor: str | None = None
    targets: tuple[str, ...] = ()
    value: str | None = None


def mime(name: str) -> str | None:
    """Media type by the ending of a name."""
    return MIMES.get(name.rsplit(".", 1)[-1].lower()) if "." in name else None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        "edited": re.compile(rf"[ \n]?\u200e?<\u200e?(?:{words('edited')})>\Z"),
        "suffix": re.compile(rf"(?P<file>[^\n]+?\.\w{{1,10}}) \(\u200e?(?:{words('attached')})\)(?=\r?\n|\Z)"),
        "tag": re.compile(rf"<\u200e? ?(?:{words('tag')}): (?P<file>[^<>\n]+?) ?>\Z"),
        "any_tag": re.compile(r"\u200e<[^<>:\n]{1,40}: (?P<file>[^<>\n]+?) ?>\Z"),
        "old_tag": re.compile(rf"(?P<file>[^\n<>]+\.\w{{1,10}}) <\u200e(?:{words('tag')})>\Z"),
        "location": re.compile(rf"(?:(?:{words('location')})\s?: )?{_MAP}[-0-9.,]*[0-9](?=\r?\n|\Z)", re.IGNORECASE),
        "poll": re.compile(rf"(?:{words('poll')}):\r?(?:\n|\Z)"),
    }  # fmt: skip


def classify(body: str, marked: bool, marks: bool) -> Content:
    """Say what a body is.

    Parameters
    ----------
    body
        As held, its own line ends included.
    marked
        The line starts with a mark of direction (iOS: it carries app content).
    marks
        The file is one in which the app marks what it writes itself, so that the same words unmarked were typed.
    """
    edited = _patterns()["edited"].search(body)
    kept = body[: edited.start()] if edited else body
    skip, drop = len(kept) - len(kept.lstrip(LRM)), len(body) - len(kept)
    own = marked or skip > 0
    content = _content(kept[skip:], own)
    if content is None and skip and marked:
        content = Content("media", "omitted")
    if marks and (content is None or content.state == "omitted"):
        content = _captioned(kept[skip:]) or content
        own = own or bool(content and content.drop)
    if content is None:
        return Content(edited=bool(edited), drop=drop)
    if marks and not own and content.state != "view_once" and content.kind not in ("location", "contact"):
        return Content(typed=True, edited=bool(edited), drop=drop)
    return replace(content, edited=bool(edited), skip=skip, drop=drop + content.drop)


def _content(body: str, own: bool) -> Content | None:
    """Content of a body without its leading marks; None for what people wrote."""
    if not body.strip(" \t\r\n") or body == "null":
        return Content("view_once", "view_once")
    found = _patterns()
    match = found["suffix"].match(body) or found["old_tag"].match(body) or found["tag"].search(body)
    match = match or (found["any_tag"].search(LRM + body) if own else None)
    if match:
        return _file(match["file"].strip())
    if found["location"].match(body) or _PLACE.search(body):
        return Content("location")
    if found["poll"].match(body):
        return Content("poll")
    return _phrase(body, own)


def _phrase(body: str, own: bool) -> Content | None:
    """Content told by a phrase: the first line (Android), or what follows the last mark (iOS, caption before it)."""
    first = body.split("\n", 1)[0].rstrip("\r")
    before, mark, last = body.rpartition(LRM) if own else ("", "", "")
    for text in (first, last) if mark else (first,):
        if len(text) > LONGEST:
            continue
        key = folded(text)
        kind = phrases().get(key) if own or text.rstrip(".") in written() else None
        kind = kind or _varying(alike(text))
        if kind == "call" and "\n" not in body:
            return Content("call", call=True)
        if kind and kind != "call":
            owner = any(key in locale.owner_deleted for locale in locales())
            kind, state = _STATES.get(kind, (kind, "omitted"))
            return Content(kind, state, file=_named(before), by_owner=owner)
    return None


def _captioned(body: str) -> Content | None:
    """Media left out behind what people wrote about it: `the plan <mark>image omitted`; the caption is the text."""
    caption, mark, last = body.rpartition(LRM)
    kind = phrases().get(folded(last)) if mark and len(last) <= LONGEST else None
    if not kind or kind == "call" or kind in _STATES or not caption.strip() or _named(caption):
        return None
    return Content(kind, "omitted", drop=len(body) - len(caption.rstrip()))


@cache
def written() -> frozenset[str]:
    """Phrases exactly as the app writes them, without a full stop at the end."""
    return frozenset(text.rstrip(".") for locale in locales() for text in locale.written)


def _varying(text: str) -> str | None:
    for template in _varied():
        if template.fixed in text and template.pattern.fullmatch(text):
            return template.kind
    return None


@cache
def _varied() -> tuple[Template, ...]:
    return tuple(template for locale in locales() for template in (*locale.calls, *locale.prefixed))


def _named(before: str) -> str | None:
    """Name of a document left out: `report.pdf • 3 pages document omitted`."""
    name = alike(before).split(" • ")[0].strip()
    return name if re.fullmatch(r"[^\n/]{1,200}\.\w{1,10}", name) else None


def _file(name: str) -> Content:
    stem, suffix = name.upper(), name.rsplit(".", 1)[-1].lower()
    kind = KIND_OF.get(suffix, "document")
    if "-GIF-" in stem or suffix == "gif":
        kind = "gif"
    return Content(kind, "present", file=name)


def event(text: str, order: Sequence[Locale], known: frozenset[str] = frozenset()) -> Event | None:
    """The event a system line records, by the templates of the languages in the order given; None when none fits.

    `known` are sender labels: such a name is never split in two.
    """
    plain = alike(text).strip()
    if len(plain) > LONGEST:
        return None
    for locale in order:
        for template in (*locale.events, *locale.calls):
            if template.fixed in plain:
                match = template.pattern.fullmatch(plain)
                if match:
                    return _event(template, match, locale, plain, known)
    return None


def _event(template: Template, match: re.Match[str], locale: Locale, plain: str, known: frozenset[str]) -> Event:
    held = match.groupdict()
    value = held.get("value")
    if value is None and template.kind in ("other", "call", "admin_changed"):
        value = plain
    targets = people(held["targets"], locale, known) if held.get("targets") else ()
    if template.me:
        targets = (YOU,)
    actor = YOU if template.you else held.get("actor")
    return Event(template.kind, YOU if is_you(actor) else actor, tuple(YOU if is_you(t) else t for t in targets), value)


def people(text: str, locale: Locale, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Split `Ann, Bob and Cleo`; names known to the file are never split."""
    if text in known:
        return (text,)
    parts = [part.strip() for part in text.split(", ") if part.strip()]
    if parts and parts[-1] not in known:
        for word in locale.joiners:
            left, found, right = parts[-1].partition(f" {word} ")
            if found:
                return (*parts[:-1], left.strip(), right.strip())
    return tuple(parts)


def is_you(name: str | None) -> bool:
    """Whether a name is the app's word for the owner of the phone."""
    return name is not None and (name in yous() or name.capitalize() in yous())
