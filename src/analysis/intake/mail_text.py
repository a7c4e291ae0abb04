"""Bytes of a mail to text: declared charset when it works, else UTF-8, Windows-1252, Latin-1; nothing is lost, ever.

Sources: WHATWG Encoding Standard (Latin-1 with C1 bytes is Windows-1252, GB2312 is GB18030), RFC 2047, RFC 2231.
Cannot show: which charset an undeclared text was really written in (nothing is guessed by statistics); of HTML, what
style sheets hide or show, images, link targets: nothing is fetched, run or kept of the markup.
"""

from __future__ import annotations

import binascii
import codecs
import html
import re
from functools import lru_cache

NAME_LIMIT = 40  # characters of a charset name worth looking up

_UNFIT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "ascii": "utf-8", "shift_jis": "cp932", "euc_kr": "cp949"}
UTF_8 = frozenset({None, "utf-8", "UTF-8"})
LIKE_ASCII = UTF_8 | {"us-ascii", "iso-8859-1", "windows-1252", "iso-8859-15", "US-ASCII", "ISO-8859-1", "Windows-1252"}
_C1 = re.compile(rb"[\x80-\x9f]")
_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_ALONE = _WORD  # of a text that has but one
_HEX, _SOUND_Q = re.compile(rb"=([0-9A-Fa-f]{2})"), re.compile(rb"[^=\r\n]*(?:=[0-9A-Fa-f]{2}[^=\r\n]*)*")

_BLOCKS = (
    "address|article|aside|blockquote|body|caption|center|d[dlt]|div|fieldset|figure|footer|form|h[1-6r]|header|html|li"
    "|main|nav|ol|pre|section|table|tbody|tfoot|thead|tr|ul"
)
_HIDDEN = re.compile(r"<(script|style|title|noscript|template|object|applet|svg|math)\b[^<>]*>", re.I)
_REST = r"""[^<>"']*+(?:(?:"[^"]*"|'[^']*')[^<>"']*+)*+>"""  # of a tag
_MARKUP = (  # a block begins or ends at \x01 or \x02 (a paragraph); neighbours count once
    (re.compile(rf"</?p\b{_REST}", re.I), "\x02"),
    (re.compile(rf"<br\b{_REST}", re.I), "\n"),
    (re.compile(rf"<t[dh]\b{_REST}", re.I), "\t"),
    (re.compile(rf"</?(?:{_BLOCKS})\b{_REST}", re.I), "\x01"),
    (re.compile(rf"<[a-zA-Z/!?](?:{_REST}|[^<>]*>)"), ""),
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ANY_TAG = re.compile("<[^<>]*>")
_BREAKS = re.compile(r"[\x01\x02][ \t\x01\x02]*")


@lru_cache(maxsize=512)
def codec(label: str) -> str | None:
    """Python's name for a charset label as written in mail, or None when it names no text charset."""
    name = label.strip(" \"'\t").lower()[:NAME_LIMIT]
    number = re.sub(r"^(?:windows-|cp-|x-cp)(?=\d)", "cp", name)
    for candidate in (name, number, re.sub(r"^(?:x-|unicode-1-1-)|-i$", "", name)):
        try:
            found = codecs.lookup(candidate).name
            b"a\0\0\0".decode(found)
        except (LookupError, ValueError, AssertionError):
            continue
        if found.replace("-", "_") not in _UNFIT:
            return found
    return None


def decode(data: bytes, label: str | None = None) -> tuple[str, str]:
    """Text and the charset it was read with; the label is tried first, then UTF-8, Windows-1252, Latin-1."""
    if label in LIKE_ASCII and data.isascii():
        return data.decode("ascii"), "ascii"
    if label in UTF_8:
        try:
            return data.decode(), "utf-8"
        except UnicodeError:
            pass
    declared = codec(label) if label else None
    names = ["cp1252"] if declared == "iso8859-1" and _C1.search(data) else []
    names += [_WIDER.get(declared, declared), declared] if declared else []
    for name in (*names, "utf-8", "cp1252"):
        try:
            text = data.decode(name)
            return (_storable(text) if name == "utf-7" else text), name
        except UnicodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _storable(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decode_words(text: str) -> str:
    """Replace the encoded words of RFC 2047; what cannot be decoded stays as written.

    White space between two encoded words goes; bytes of neighbours in one charset are joined first, because writers
    cut characters in half.
    """
    if "=?" not in text:
        return text
    if len(alone := _ALONE.split(text, 2)) == 5:
        word = _word(alone[1], alone[2], alone[3])
        return text if word is None else alone[0] + word + alone[4]
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


@lru_cache(maxsize=1 << 12)
def _word(charset: str, encoding: str, payload: str) -> str | None:
    data = _word_bytes(encoding, payload, charset)
    return None if data is None else decode(data, charset.lower())[0]


def _word_bytes(encoding: str, payload: str, charset: str) -> bytes | None:
    """Bytes of one encoded word; raw 8-bit characters in it go back to the charset it claims."""
    try:
        raw = payload.encode("ascii" if payload.isascii() else codec(charset) or "utf-8")
    except UnicodeError:
        raw = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        if _SOUND_Q.fullmatch(raw):
            return binascii.a2b_qp(raw, header=True)
        return _HEX.sub(lambda match: bytes([int(match[1], 16)]), raw.replace(b"_", b" "))
    return unbase64(raw)


def unbase64(data: bytes) -> bytes | None:
    """Decode base64 that may lack padding or hold foreign characters; None when nothing can be decoded."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    whole = kept[: len(kept) - (len(kept) % 4 == 1)]
    try:
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    except binascii.Error:
        return None


def text_of(markup: str) -> str:
    """The visible words of an HTML document; blocks begin lines, cells are parted by tabs, lines are trimmed."""
    text = " ".join(_COMMENT.sub("", _shown(markup)).split())
    text = text if text.isprintable() else _CONTROL.sub(" ", text)
    for pattern, mark in _MARKUP:
        text = pattern.sub(mark, text)
    text = html.unescape(text).replace("\xa0", " ")
    text = _BREAKS.sub(lambda run: "\n\n" if "\x02" in run[0] else "\n", text)
    text = "\n".join([line.strip(" \t") for line in text.split("\n")])
    return (re.sub(r"\n{3,}", "\n\n", text) if "\n\n\n" in text else text).strip("\n")


def untagged(markup: str) -> str:
    """The words of an HTML document, roughly: hidden ones too."""
    return html.unescape(_ANY_TAG.sub(" ", markup))


def same_words(text: str, markup: str) -> bool:
    """Whether a text is the words of a markup, however the two are laid out."""
    return _squeezed(text) == _squeezed(untagged(markup))


def _squeezed(text: str) -> bytes:
    return text.replace("\xa0", "").encode("utf-8", "surrogatepass").translate(None, b" \n\r\t")


def _shown(markup: str) -> str:
    """Without elements whose text nobody sees; one that is not closed hides the rest."""
    kept, at = list[str](), 0
    while found := _HIDDEN.search(markup, at):
        kept.append(markup[at : found.start()])
        close = re.compile(rf"</{found[1]}\s*>", re.I).search(markup, found.end())
        at = close.end() if close else len(markup)
    return "".join(kept) + markup[at:]
