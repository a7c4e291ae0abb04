"""Character references that no XML parser accepts, mended in a stream of bytes before the parser sees them.

Android writes an emoji as two references to UTF-16 surrogates (`&#55357;&#56396;`). Such a pair becomes one reference
of the same length; a lone surrogate or a control character becomes U+FFFD. Both are counted; offsets lead back to the
file.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_REFERENCE = rb"&#(?:x[0-9A-Fa-f]{1,8}|[0-9]{1,10});"
_RUN = re.compile(_REFERENCE + rb"(?:" + _REFERENCE + rb")*")  # begins with a literal, which is looked for quickly
_ONE = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_UNFINISHED = re.compile(_REFERENCE + rb"\Z")
_LONGEST = 13  # bytes of the longest reference
_PADDED = 8  # `&#xFFFD;` and longer can keep its length


class References:
    """A stage of a stream: bytes in, bytes out, with what was mended."""

    def __init__(self) -> None:
        self.joined = 0
        self.replaced = 0
        self._held = b""
        self._written = 0
        self._moved_at: list[int] = [0]
        self._moved_by: list[int] = [0]

    def feed(self, block: bytes) -> bytes:
        """Mend a block; what may be cut in the middle of a pair waits for the next."""
        block = self._held + block
        cut = block.find(b"&", max(0, len(block) - 2 * _LONGEST))
        if cut < 0:
            cut = len(block)
        elif before := _UNFINISHED.search(block, max(0, cut - _LONGEST), cut):
            cut = before.start()
        self._held = block[cut:]
        return self._mended(block[:cut])

    def close(self) -> bytes:
        """Mend the rest."""
        rest, self._held = self._held, b""
        return self._mended(rest)

    def offset(self, position: int) -> int:
        """Where in the file a position in the mended stream was."""
        return position + self._moved_by[bisect_right(self._moved_at, position) - 1]

    def _mended(self, block: bytes) -> bytes:
        pieces: list[bytes] = []
        last = 0
        for run in _RUN.finditer(block):
            codes = [int(one[1], 16) if one[1] else int(one[2]) for one in _ONE.finditer(run[0])]
            if all(_legal(code) for code in codes):
                continue
            self._append(pieces, block[last : run.start()])
            self._mend(pieces, [one[0] for one in _ONE.finditer(run[0])], codes)
            last = run.end()
        self._append(pieces, block[last:])
        return b"".join(pieces)

    def _append(self, pieces: list[bytes], piece: bytes) -> None:
        pieces.append(piece)
        self._written += len(piece)

    def _mend(self, pieces: list[bytes], references: list[bytes], codes: list[int]) -> None:
        place = 0
        while place < len(codes):
            code, length = codes[place], len(references[place])
            low = codes[place + 1] if place + 1 < len(codes) else 0
            if 0xD800 <= code < 0xDC00 <= low < 0xE000:
                length += len(references[place + 1])
                code = 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00
                self.joined += 1
                place += 1
            elif not _legal(code):
                code = 0xFFFD
                self.replaced += 1
            place += 1
            self._put(pieces, code, length)

    def _put(self, pieces: list[bytes], code: int, length: int) -> None:
        if length >= _PADDED:
            self._append(pieces, b"&#x%0*X;" % (length - 4, code))
        elif code != 0xFFFD:
            self._append(pieces, b"&#%0*d;" % (length - 3, code))
        else:
            self._append(pieces, chr(code).encode())
            self._moved_at.append(self._written)
            self._moved_by.append(self._moved_by[-1] + length - 3)


def _legal(code: int) -> bool:
    if code < 0x20:
        return code in (9, 10, 13)
    return code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
