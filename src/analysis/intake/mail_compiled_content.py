"""The loops over what mails hold, compiled by numba: encodings, UTF-8, and whether two alternatives say the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.intake import mail_layout as lay
from analysis.intake.whatsapp_compiled import continues
from analysis.intake.whatsapp_compiled_columns import compiled

TEXT_BYTES = 1 << 24  # of a text, as for `mail_message.HTML_BYTES`

_SIXES = np.full(256, 255, np.uint8)
_SIXES[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")] = range(64)
_OPENS = np.array([code in b"<&" for code in range(256)])
_WHITE = np.array([code in b" \n\r\t\xa0\xc2" for code in range(256)])  # a no-break space is two bytes
_FIRST, _SECOND, _THIRD, _FOURTH = (  # what each of four characters tells of three bytes; above 24 bits: nothing
    np.where(_SIXES > 63, 1 << 24, _SIXES.astype(np.uint32) << shift).astype(np.uint32) for shift in (18, 12, 6, 0)
)


_HEX = np.full(256, 255, np.uint8)
_HEX[list(b"0123456789ABCDEF")] = range(16)
_HEX[list(b"abcdef")] = range(10, 16)


@compiled
def texts(data: Any, leaves: Any, room: Any) -> int:
    """Decode leaves into `room` by their codes, texts with line feeds only; how many bytes.

    `STATE` 1: decoded, a text that is of a usual kind. `SAME` 1: says what the leaf before it in its group says.
    """
    size = 0
    for row in range(len(leaves)):
        leaf, n = leaves[row], -1
        code, raw, out = leaf[lay.CODE], data[leaf[lay.BEGIN] : leaf[lay.END]], room[size:]
        leaf[lay.STATE], leaf[lay.SAME] = 0, 0
        if code & lay.QUOTED:
            n = _unquoted(raw, out)
        elif code & lay.BASE64:
            n = unbase64(raw, out)
        elif code & lay.TEXT:
            n = len(raw)
            out[:n] = raw
        if n >= 0 and code & lay.TEXT:
            n = _text(out, n, code & lay.WIDE != 0) if len(raw) <= TEXT_BYTES else -1
        if n >= 0:
            leaf[lay.STATE], leaf[lay.OUT], leaf[lay.OUT_END] = 1, size, size + n
            size += n
            if code & lay.RICH and row and leaf[lay.GROUP] and leaf[lay.GROUP] == leaves[row - 1, lay.GROUP]:
                leaf[lay.SAME] = leaves[row - 1, lay.STATE] and same(
                    room[leaves[row - 1, lay.OUT] : leaves[row - 1, lay.OUT_END]], room[size - n : size]
                )
    return size


@compiled
def _unquoted(data: Any, out: Any) -> int:
    """Decode quoted-printable into `out`; how many bytes, or -1 where an equals sign stands without its meaning."""
    size, at, end = 0, 0, len(data)
    while at < end:
        while at < end and data[at] != 61:
            out[size] = data[at]
            at, size = at + 1, size + 1
        if at == end:
            break
        if at + 1 < end and data[at + 1] == 10:
            at += 2
        elif at + 2 < end and data[at + 1] == 13 and data[at + 2] == 10:
            at += 3
        elif at + 2 < end and _HEX[data[at + 1]] < 16 and _HEX[data[at + 2]] < 16:
            out[size] = (_HEX[data[at + 1]] << 4) | _HEX[data[at + 2]]
            at, size = at + 3, size + 1
        else:
            return -1
    return size


@compiled
def _text(data: Any, size: int, wide: bool) -> int:
    """Take carriage returns off line ends; how many bytes are left, or -1 where it is a text of no usual kind."""
    some, high = np.uint8(0), np.uint8(0)
    for k in range(size):  # no branches: wide instructions
        some |= data[k] == 13
        high |= data[k]
    if high >= 128 and not (wide and is_utf8(data[:size])):
        return -1
    for at in range(size - 4):
        if data[at] == 98 and data[at + 1] == 101 and data[at + 2] == 103 and data[at + 3] == 105:  # perhaps uuencode
            return -1
    if not some:
        return size
    n = 0
    for at in range(size):
        n -= data[at] == 10 and n > 0 and data[n - 1] == 13
        data[n] = data[at]
        n += 1
    return n


@compiled
def unbase64(data: Any, out: Any) -> int:
    """Decode lines of base64 into `out`; how many bytes, or -1 where they are not as they should be."""
    size, at, end = 0, 0, len(data)
    while True:
        while at + 4 <= end:
            four = _FIRST[data[at]] | _SECOND[data[at + 1]] | _THIRD[data[at + 2]] | _FOURTH[data[at + 3]]
            if four >> 24:
                break
            out[size], out[size + 1], out[size + 2] = four >> 16, four >> 8, four
            at, size = at + 4, size + 3
        if at < end and (data[at] == 10 or data[at] == 13):
            at += 1
        else:
            break
    if at + 4 <= end and data[at + 3] == 61 and _SIXES[data[at]] < 64 and _SIXES[data[at + 1]] < 64:
        third = _SIXES[data[at + 2]]
        out[size] = (_SIXES[data[at]] << 2) | (_SIXES[data[at + 1]] >> 4)
        out[size + 1] = (_SIXES[data[at + 1]] << 4) | (third >> 2)
        if third > 63 and data[at + 2] != 61:
            return -1
        at, size = at + 4, size + (2 if third < 64 else 1)
    while at < end and (data[at] == 10 or data[at] == 13):
        at += 1
    return size if at == end else -1


@compiled
def is_utf8(data: Any) -> bool:
    """Whether at least three bytes are valid UTF-8; of fewer, false."""
    n, ends = len(data), np.zeros(12, np.uint8)
    if n < 3:
        return False
    ends[3:6], ends[6:9], ends[9:] = data[:3], data[n - 3 :], 10
    return continues(ends[:6], 3) and continues(data, n - 3) and continues(ends[6:], 3)


@compiled
def same(plain: Any, rich: Any) -> bool:
    """Whether a text is the words of a markup, white space aside; false where entities may stand for some."""
    i, j, n, m = 0, 0, len(plain), len(rich)
    while True:
        while i < n and j < m and plain[i] == rich[j] and not _OPENS[plain[i]]:
            i, j = i + 1, j + 1
        while i < n and _WHITE[plain[i]] and (plain[i] < 128 or _no_break(plain, i)):
            i += 1
        while j < m:
            code = rich[j]
            if code == 60:
                end = j + 1
                while end < m and rich[end] != 60 and rich[end] != 62:
                    end += 1
                if end == m or rich[end] == 60:
                    break
                j = end
            elif not _WHITE[code] or (code >= 128 and not _no_break(rich, j)):
                break
            j += 1
        if i == n or j == m:
            return i == n and j == m
        if plain[i] != rich[j] or rich[j] == 38:
            return False
        if rich[j] == 60:  # a bracket that is no tag
            i, j = i + 1, j + 1


@compiled
def _no_break(text: Any, at: int) -> bool:
    """Whether a byte is one of the two of a no-break space."""
    if text[at] == 0xC2:
        return at + 1 < len(text) and text[at + 1] == 0xA0
    return at > 0 and text[at - 1] == 0xC2
