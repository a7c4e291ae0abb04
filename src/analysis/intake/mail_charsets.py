"""Bytes of a mail to text: declared charset when it works, else UTF-8, Windows-1252, Latin-1; nothing is lost, ever.

Sources: WHATWG Encoding Standard (Latin-1 with C1 bytes is Windows-1252, GB2312 is GB18030), RFC 2047, RFC 2231.
Cannot show: which charset an undeclared text was really written in; no statistical guessing is done.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from functools import lru_cache

_UNFIT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "ascii": "utf-8", "shift_jis": "cp932", "euc_kr": "cp949"}
_C1 = re.compile(rb"[\x80-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
NAME_LIMIT = 40  # characters of a charset name worth looking up


@lru_cache(maxsize=512)
def codec(label: str) -> str | None:
    """Python's name for a charset label as written in mail, or None when it names no text charset."""
    name = label.strip(" \"'\t").lower()[:NAME_LIMIT]
    number = re.sub(r"^(?:windows-|cp-|x-cp)(?=\d)", "cp", name)
    for candidate in (
        name,
        number,
        name.removeprefix("x-"),
        name.removesuffix("-i"),
        name.removeprefix("unicode-1-1-"),
    ):
        try:
            found = codecs.lookup(candidate).name
            b"a\0\0\0".decode(found)
        except (LookupError, ValueError, UnicodeError, AssertionError):
            continue
        if found.replace("-", "_") not in _UNFIT:
            return found.replace("-", "_") if found.replace("-", "_") in _WIDER else found
    return None


def decode(data: bytes, label: str | None = None) -> tuple[str, str]:
    """Text and the charset it was read with; the label is tried first, then UTF-8, Windows-1252, Latin-1."""
    if data.isascii() and (label is None or label.lower() in {"utf-8", "us-ascii", "iso-8859-1"}):
        return data.decode("ascii"), "ascii"
    for name in _candidates(data, codec(label) if label else None):
        try:
            return _valid(data.decode(name)), name
        except UnicodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _candidates(data: bytes, declared: str | None) -> list[str]:
    names: list[str] = []
    if declared == "iso8859-1" and _C1.search(data):
        names.append("cp1252")
    if declared:
        names += [_WIDER.get(declared, declared), declared]
    return [*names, "utf-8", "cp1252"]


def _valid(text: str) -> str:
    """Lone surrogates (UTF-7 can make them) cannot be stored: replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _SURROGATE.search(text) else text


def decode_words(text: str) -> str:
    """Replace the encoded words of RFC 2047; what cannot be decoded stays as written.

    White space between two encoded words goes; bytes of neighbours in one charset are joined first, because writers
    cut characters in half.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    pending, charset, end = b"", "", 0
    for match in _WORD.finditer(text):
        between, data = text[end : match.start()], _word_bytes(match[2], match[3], match[1])
        if data is None:
            continue
        if pending and (between.strip() or match[1].lower() != charset):
            out.append(decode(pending, charset)[0])
            pending = b""
        if between.strip() or not end:
            out.append(between)
        pending, charset, end = pending + data, match[1].lower(), match.end()
    if pending:
        out.append(decode(pending, charset)[0])
    return "".join(out) + text[end:]


def _word_bytes(encoding: str, payload: str, charset: str) -> bytes | None:
    """Bytes of one encoded word; raw 8-bit characters in it go back to the charset it claims."""
    try:
        raw = payload.encode("ascii" if payload.isascii() else codec(charset) or "utf-8")
    except UnicodeError:
        raw = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return _HEX.sub(lambda match: bytes([int(match[1], 16)]), raw.replace(b"_", b" "))
    return unbase64(raw)


def unbase64(data: bytes) -> bytes | None:
    """Decode base64 that may lack padding or hold foreign characters; None when nothing can be decoded."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        pass
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    whole = kept[: len(kept) - (len(kept) % 4 == 1)]
    try:
        return base64.b64decode(whole + b"=" * (-len(whole) % 4))
    except binascii.Error:
        return None
