"""Address lists of a mail: split first, decoded second, and flagged where two readers could see two people.

A *row* of the result is one mailbox. Sources: RFC 5322 (with obsolete forms), CVE-2023-27043 (a list in which a naive
reader finds another address than the mail server did).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from analysis.intake.mail_charsets import decode_words

ADDRESSES = 10_000  # mailboxes in one field; the rest is cut and noted

_PLAIN = re.compile(  # an entry that nobody can read in two ways, and what ends it
    r'\s*(?:(?:"([^"\\]*)"\s*|([^"<>(),:;@\\\[\]]*))<([^\s<>"(),:;@\\\[\]]+@[^\s<>"(),:;@\\\[\]]+)>'
    r"|([^\s<>\"(),:;@\\\[\]=?]+@[^\s<>\"(),:;@\\\[\]]+))\s*(?:,|\Z)"
)
_TOKEN = re.compile(
    r'=\?[^?\s]+\?[bBqQ]\?[^?]*\?=|"(?:[^"\\]|\\.)*"?|<[^<>]*>?|\[[^\[\]\s]*\]|[(),;:>]|\s+|[^\s"<>\[(),;:]+|\[', re.S
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
    found: list[Mailbox] = []
    at, end = 0, len(value)
    while at < end and len(found) < ADDRESSES:
        plain = _PLAIN.match(value, at)
        if not plain:
            return _List(value).read()
        quoted, words, address, bare = plain.groups()
        found.append(Mailbox("", bare, "email") if bare else _named(quoted or words or "", address))
        at = plain.end()
    return found, [] if at == end else ["too_many_addresses"]


def _named(name: str, address: str) -> Mailbox:
    if not name:
        return Mailbox("", address, "email")
    shown = " ".join(decode_words(name).split()).strip("'\"")
    return Mailbox("" if shown == address else shown, address, "email")


class _List:
    """One pass over the tokens of a list; every character is looked at a bounded number of times."""

    def __init__(self, value: str) -> None:
        self.value, self.found, self.defects = value, list[Mailbox](), list[str]()
        self.waiting = ""  # words before a comma that may be the first half of a name
        self.clear()

    def clear(self) -> None:
        self.words, self.comments, self.angles = list[str](), list[str](), list[str]()
        self.stray = self.addressed = False
        self.start: int | None = None

    def read(self) -> tuple[list[Mailbox], list[str]]:
        at, end, value = 0, len(self.value), self.value
        while at < end and len(self.found) < ADDRESSES:
            match = _TOKEN.match(value, at)
            piece = match[0] if match else value[at]
            stop = at + len(piece)
            if piece == "(":
                stop = self.comment(at)
            elif piece in ",;":
                self.close(at, piece == ",")
            elif piece == ":" and not self.addressed:
                self.clear()  # name of a group
            else:
                self.take(piece, at)
            at = stop
        if at < end:
            self.defects.append("too_many_addresses")
        self.close(at, False)
        return self.found, self.defects

    def comment(self, at: int) -> int:
        depth, position = 0, at
        while position < len(self.value):
            char = self.value[position]
            depth += (char == "(") - (char == ")")
            position += 2 if char == "\\" else 1
            if depth == 0:
                self.comments.append(self.value[at + 1 : position - 1])
                return position
        self.stray = True
        self.comments.append(self.value[at + 1 :])
        return len(self.value)

    def take(self, piece: str, at: int) -> None:
        if self.start is None and not piece.isspace():
            self.start = at
        if piece[0] == "<":
            self.addressed = True
            self.angles.append(_ROUTE.sub("", piece.strip("<>")).strip())
        elif piece in ")>":
            self.stray = True
        else:
            self.addressed |= "@" in piece
            self.words.append(piece)

    def close(self, at: int, comma: bool) -> None:
        """End of an entry: make a mailbox of its words, comments and angle brackets."""
        entry = "" if self.start is None else self.value[self.start : at].strip()
        if entry or self.comments:
            self.entry(entry, comma)
        elif not comma:
            self.flush()
        self.clear()
        if not comma:
            self.flush()

    def entry(self, entry: str, comma: bool) -> None:
        name = "".join(map(_word, self.words))
        addresses = [angle for angle in self.angles if angle]
        loose = [word for word in self.words if "@" in word and word[0] not in '"=']
        if len(addresses) > 1 or (not addresses and len(loose) > 1) or (self.stray and (addresses or loose)):
            self.defects.append("address_mismatch")
            self.flush()
            self.found.append(Mailbox("", decode_words(entry), "handle"))
        elif addresses:
            self.angle(name, addresses[0])
        elif loose:
            self.flush()
            address = "".join(self.words).strip() if not _parted(self.words) else loose[0]
            rest = "" if address != loose[0] or not _parted(self.words) else name.replace(loose[0], "")
            self.found.append(_named(rest.strip() or " ".join(self.comments), address))
        elif comma and entry:
            self.flush()
            self.waiting = decode_words(name.strip())
        elif entry:
            self.flush()
            self.found.append(_unaddressed(decode_words(name.strip()) or entry))

    def angle(self, name: str, address: str) -> None:
        if self.waiting and name.strip() and not any(word[0] == '"' for word in self.words):
            self.defects.append("comma_in_name")
            name, self.waiting = f"{self.waiting}, {name.strip()}", ""
        self.flush()
        shown = name.strip() or " ".join(self.comments)
        if "@" in address:
            self.found.append(_named(shown, address))
        else:
            self.found.append(Mailbox(decode_words(shown), address, "handle"))

    def flush(self) -> None:
        if self.waiting:
            self.found.append(_unaddressed(self.waiting))
            self.waiting = ""


def _word(piece: str) -> str:
    if piece[0] == '"':
        return re.sub(r"\\(.)", r"\1", piece[1:-1] if piece.endswith('"') and len(piece) > 1 else piece[1:])
    return piece


def _parted(words: list[str]) -> bool:
    """Whether white space divides the words, so that only one of them is the address."""
    return any(word.isspace() for word in "\0".join(words).strip("\0 \t").split("\0"))


def _unaddressed(text: str) -> Mailbox:
    return Mailbox("", text, "name" if " " in text or not text.isascii() or "/" not in text else "handle")
