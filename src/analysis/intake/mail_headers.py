"""Header block of a mail: fields as written, unfolded and decoded on demand, and the parameters of MIME fields.

Sources: RFC 5322, RFC 2045, RFC 2047, RFC 2231. Fields keep their bytes (as Latin-1); nothing is decoded that nobody
asks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from mmap import mmap

from analysis.intake.mail_text import decode, decode_words

HEADER_BYTES = 1 << 20  # larger header blocks exist only to hurt; the rest is read as body and noted
HEADER_FIELDS = 2_000  # real mail stays below 300, most of them trace fields
VALUE_BYTES = 1 << 18  # one field: room for 8,000 recipients; the rest is cut and noted
PARAMETERS = 200  # parameters of one field, RFC 2231 pieces included
NAMES = 1 << 12  # names of fields as written worth remembering
MARKING = re.compile(r"marking|classif|msip_label|security-label")  # in the names of fields that say how it is marked
CACHED = 200  # characters of a field worth remembering: types and transfer encodings repeat

_FIELD = re.compile(r"^([!-9;-~\x80-\xff]+)[ \t]*:([^\n]*\n(?:[ \t][^\n]*\n)*)", re.M)
_BLOCK = re.compile(r"(?:[!-9;-~\x80-\xff]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*+")
_LINES, _NAME = re.compile(r"\n(?![ \t])"), re.compile(r"[!-9;-~\x80-\xff]+[ \t]*")
_NEWLINE, _BLANK = re.compile(rb"\r?\n"), re.compile(rb"\n\r?\n")
_PARAMETER = re.compile(r'\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)[^;]*;?|[^;]*;|[^;]+$', re.S)
_ONE = re.compile(  # the usual value: one parameter
    r'([a-zA-Z]+(?:/[\w.+-]+)?)\s*;\s*([a-zA-Z]+)=(?:"([^"\\]*)"|([\w.:+/-]+))\s*;?', re.A
)
_PIECE = re.compile(r"^(.+?)(?:\*(\d{1,3}))?(\*)?$")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


class _Names(dict[str, str]):
    """What stands before a colon -> name of the field in lower case, empty when it is none; remembered as written."""

    def __missing__(self, written: str) -> str:
        key = written.rstrip(" \t").lower() if _NAME.fullmatch(written) else ""
        if len(self) < NAMES and len(written) < CACHED:
            self[written] = key
        return key


_NAMES = _Names()


@dataclass(slots=True)
class Fields:
    """The fields of one header block, by lower-case name, in order; `defects` name what was wrong with it."""

    values: dict[str, list[str]] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)
    repeats: bool = False  # some field stands twice

    def raw(self, name: str) -> str | None:
        """First value of a field, unfolded, its encoded words not yet decoded."""
        values = self.values.get(name)
        return unfold(values[0]) if values else None

    def all(self, name: str) -> list[str]:
        """Every value of a field, unfolded."""
        return [unfold(value) for value in self.values.get(name, ())]

    def marking(self) -> str | None:
        """The fields that say how a mail is marked, `name: value` a line."""
        names = [name for name in self.values if _marks(name)]
        return "\n".join(f"{name}: {decode_words(value)}" for name in names for value in self.all(name)) or None

    def text(self, name: str) -> str | None:
        """First value, unfolded and decoded."""
        value = self.raw(name)
        return value and decode_words(value)


@lru_cache(maxsize=1 << 12)
def _marks(name: str) -> bool:
    return bool(MARKING.search(name))


def unfold(value: str) -> str:
    """A field's value on one line: line ends go, the white space after them stays; raw 8-bit bytes are decoded."""
    line = (value if len(value) < VALUE_BYTES else value[:VALUE_BYTES]).strip(" \t\r\n\f\v")
    if "\n" in line:
        line = line.replace("\r", "").replace("\n", "")
    return line if line.isascii() else decode(line.encode("latin-1"))[0]


def header_end(data: bytes | mmap, start: int = 0, end: int | None = None) -> tuple[int, int] | None:
    """Where the blank line that ends the header block begins and ends; None when there is none within the limit."""
    stop = min(len(data) if end is None else end, start + HEADER_BYTES)
    if first := _NEWLINE.match(data, start, stop):
        return start, first.end()
    found = _BLANK.search(data, start, stop)
    return (found.start() + 1, found.end()) if found else None


def split_header(raw: bytes) -> tuple[Fields, int]:
    """Fields of the header block at the start of `raw`, and where the body begins.

    The block ends at the first blank line, or at the first line that is neither a field nor a continuation
    (defect `no_header_separator`); a `From ` or `>From ` line in it is skipped (defect `envelope_in_header`).
    """
    fields, blank = Fields(), header_end(raw)
    if blank and 0 < blank[0] < VALUE_BYTES and whole(fields, raw[: blank[0] - 1].decode("latin-1")):
        return fields, blank[1]
    head = raw[: blank[0] if blank else HEADER_BYTES].decode("latin-1")
    start = blank[1] if blank else len(head)
    if head and head[-1] != "\n":
        head += "\n"
    found = _FIELD.findall(head)
    if len(found) + head.count("\n ") + head.count("\n\t") != head.count("\n"):  # a line that is no field's
        head, start = _sound(head, start, fields.defects)
        found = _FIELD.findall(head)
    if not blank and len(raw) > HEADER_BYTES:
        fields.defects.append("header_too_long")
    for name, value in found[:HEADER_FIELDS]:
        fields.values.setdefault(name.lower(), []).append(value)
    fields.repeats = len(fields.values) < len(found)
    if len(head) > VALUE_BYTES and any(len(value) > VALUE_BYTES for _, value in found):
        fields.defects.append("field_cut")
    if len(found) > HEADER_FIELDS:
        fields.defects.append("too_many_fields")
    return fields, start


def whole(fields: Fields, head: str) -> bool:
    """Take the fields of a block in which every line belongs to one; nothing is taken of another block."""
    values, lines = dict[str, list[str]](), _LINES.split(head)
    if len(lines) > HEADER_FIELDS:
        return False
    for line in lines:
        name, colon, value = line.partition(":")
        key = _NAMES[name]
        if not key or not colon:
            return False
        if key in values:
            values[key].append(value)
        else:
            values[key] = [value]
    fields.values, fields.repeats = values, len(values) < len(lines)
    return True


def _sound(head: str, start: int, defects: list[str]) -> tuple[str, int]:
    """The lines of a block that are fields, and where the body begins."""
    kept, at = list[str](), 0
    while at < len(head):
        stop = _BLOCK.match(head, at).end()  # type: ignore[union-attr]  # matches everywhere
        kept.append(head[at:stop])
        if stop < len(head):
            if not head.startswith(("From ", ">From "), stop):
                defects.append("no_header_separator")
                return "".join(kept), stop
            defects.append("envelope_in_header")
        at = head.find("\n", stop) + 1 or len(head)
    return "".join(kept), start


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Main value (lower case) and parameters of a MIME field, RFC 2231 pieces joined and decoded."""
    if one := _ONE.fullmatch(value):
        main, name, quoted, plain = one.groups()
        return main.lower(), {name.lower(): decode_words(quoted) if quoted else plain or ""}
    return (_parameters if len(value) < CACHED else _parameters.__wrapped__)(value)


@lru_cache(maxsize=4096)
def _parameters(value: str) -> tuple[str, dict[str, str]]:
    main, _, rest = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(rest)):
        if count > PARAMETERS:
            break
        if not match[1]:
            continue
        name, number, coded = _PIECE.match(match[1].lower()).groups()  # type: ignore[union-attr]
        content = _unquote(match[2].strip())
        if number is None and not coded:
            plain.setdefault(name, decode_words(content))
        else:
            pieces.setdefault(name, []).append((int(number or 0), bool(coded), content))
    for name, parts in pieces.items():
        plain[name] = _joined(sorted(parts))
    return (main.split("(")[0].split() or [""])[0].lower(), plain


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return text.strip("'") if text.startswith("'") and text.endswith("'") else text
    text = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    return re.sub(r"\\([\"\\])", r"\1", text) if "\\" in text else text


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    charset, data = "", b""
    for position, (_, coded, content) in enumerate(parts):
        if coded and position == 0 and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        raw = content.encode("utf-8", "surrogatepass")
        data += _PERCENT.sub(lambda match: bytes([int(match[1], 16)]), raw) if coded else raw
    return decode(data, charset or None)[0]
