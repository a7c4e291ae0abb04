"""Address lists of a mail: split first, decoded second, and flagged where two readers could see two people.

A *row* of the result is one mailbox. Sources: RFC 5322 (with obsolete forms), CVE-2023-27043 (a list in which a naive
reader finds another address than the mail server did).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from analysis.intake.mail_text import decode_words

ADDRESSES = 10_000  # mailboxes in one field; the rest is cut and noted
NAMES, ENTRY = 1 << 16, 200  # people of a mailbox whose decoded names are remembered, characters of one

_PLAIN = re.compile(  # an entry that nobody can read in two ways
    r'\s*(?:(?:"([^"\\]*)"\s*|([^"<>(),:;@\\\[\]]*))<([^\s<>"(),:;@\\\[\]]+@[^\s<>"(),:;@\\\[\]]+)>'
    r"|([^\s<>\"(),:;@\\\[\]=?]+@[^\s<>\"(),:;@\\\[\]]+))\s*"
)
_BETWEEN_COMMAS = re.compile(r'(?:[^",]+|"[^"]*")+')
_TOKEN = re.compile(  # comments nest once; what is deeper counts as stray
    r'=\?[^?\s]+\?[bBqQ]\?[^?]*\?=|"(?:[^"\\]|\\.)*+"?|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*+\)?)*+\)?|<[^<>]*>?'
    r'|\[[^\[\]\s]*\]|[),;:>]|\s+|[^\s"<>\[\](),;:]+|.',
    re.S,
)
_ROUTE = re.compile(r"^(?:\s*@[^:,\s@]*,?)+:")


class Mailbox(NamedTuple):
    """A display name (may be empty) and a handle: an address, else the words as written; `kind` says which."""

    name: str
    handle: str
    kind: str  # email, handle, name


def mailboxes(value: str) -> tuple[list[Mailbox], list[str]]:
    """Split an unfolded, undecoded address field; second, what was wrong with it.

    `address_mismatch`: one entry holds several addresses, so that readers differ in whom they see; the entry is kept
    whole, as a handle. `comma_in_name`: an unquoted comma was taken as part of a name (`Smith, John <j@x>`).
    """
    entries = value.split(",")
    if len(entries) <= ADDRESSES:
        found = list(map(_ENTRIES.__getitem__, entries))
        if not all(found) and '"' in value:  # a piece of a quoted name is never a plain entry
            entries = _BETWEEN_COMMAS.findall(value)
            found = list(map(_ENTRIES.__getitem__, entries)) if ",".join(entries) == value else found
        if all(found):
            return found, []  # type: ignore[return-value]  # none is None
    return _read(value)


class _Entries(dict[str, "Mailbox | None"]):
    """An entry as written -> its mailbox, None when it is not a plain one; correspondents repeat."""

    def __missing__(self, entry: str) -> Mailbox | None:
        found = None
        if plain := _PLAIN.fullmatch(entry):
            quoted, words, address, bare = plain.groups()
            found = Mailbox("", bare, "email") if bare else named(quoted or words or "", address)
        if len(self) < NAMES and len(entry) < ENTRY:
            self[entry] = found
        return found


_ENTRIES = _Entries()


@lru_cache(maxsize=NAMES)
def named(name: str, address: str) -> Mailbox:
    """A mailbox with an undecoded display name; the address itself is no name."""
    shown = " ".join(decode_words(name).split()).strip("'\"")
    return Mailbox("" if shown == address else shown, address, "email")


def _entries(value: str) -> Iterator[tuple[list[str], bool]]:
    """Tokens of each entry, and whether a comma ends it."""
    pieces: list[str] = []
    for match in _TOKEN.finditer(value):
        piece = match[0]
        if piece in ",;":
            yield pieces, piece == ","
            pieces = []
        elif piece == ":" and not any("@" in one for one in pieces[-9:]):
            pieces = []  # name of a group
        else:
            pieces.append(piece)
    yield pieces, False


def _read(value: str) -> tuple[list[Mailbox], list[str]]:
    """The careful way, entry by entry; words before a comma may be the first half of a name."""
    found, defects, waiting = list[Mailbox](), list[str](), ""
    for pieces, comma in _entries(value):
        if len(found) >= ADDRESSES:
            return found, [*defects, "too_many_addresses"]
        mailbox, form = _entry(pieces)
        if waiting and mailbox and form == "comma_in_name":
            mailbox, waiting = mailbox._replace(name=f"{waiting}, {mailbox.name}"), ""
            defects.append(form)
        if waiting and (mailbox or not comma):
            found.append(_unaddressed(waiting))
            waiting = ""
        if mailbox and form == "words" and comma:
            waiting = mailbox.handle
        elif mailbox:
            found.append(mailbox)
        defects += [form] if form == "address_mismatch" else []
    return found, defects


def _entry(pieces: list[str]) -> tuple[Mailbox | None, str]:
    """One mailbox of the tokens of an entry, and its form.

    `words`: no address; `comma_in_name`: if words went before it; `address_mismatch`; or nothing to say.
    """
    comments = [one[1:-1] if one[-1] == ")" else one[1:] for one in pieces if one[0] == "("]
    addresses = [angle for one in pieces if one[0] == "<" and (angle := _ROUTE.sub("", one.strip("<>")).strip())]
    words = [one for one in pieces if one[0] not in "(<)>"]
    entry, name = "".join(pieces).strip(), "".join(map(_word, words)).strip()
    loose = [word for word in words if "@" in word and word[0] not in '"=']
    stray = any(one in ")>" or (one[0] == "(" and one[-1] != ")") for one in pieces)
    if len(addresses) > 1 or (not addresses and len(loose) > 1) or (stray and (addresses or loose)):
        return Mailbox("", decode_words(entry), "handle"), "address_mismatch"
    shown = name or " ".join(comments)
    if addresses:
        form = "comma_in_name" if name and not any(one[0] == '"' for one in words) else ""
        address = addresses[0]
        return named(shown, address) if "@" in address else Mailbox(decode_words(shown), address, "handle"), form
    if loose:
        parted = any(word.isspace() for word in "\0".join(words).strip("\0 \t").split("\0"))
        rest = name.replace(loose[0], "").strip() if parted else ""
        return named(rest or " ".join(comments), loose[0] if parted else "".join(words).strip()), ""
    text = decode_words(name) or entry
    return (_unaddressed(text), "words") if text else (None, "")


def _word(piece: str) -> str:
    if piece[0] == '"':
        return re.sub(r"\\(.)", r"\1", piece[1:-1] if piece.endswith('"') and len(piece) > 1 else piece[1:])
    return piece


def _unaddressed(text: str) -> Mailbox:
    return Mailbox("", text, "name" if " " in text or not text.isascii() or "/" not in text else "handle")
