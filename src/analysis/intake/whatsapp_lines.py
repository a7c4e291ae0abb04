"""A chat file as UTF-8 bytes in memory, where its lines start, and the way back to the bytes of the file."""

from __future__ import annotations

import codecs
import mmap
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.errors import FormatError
from analysis.intake.whatsapp_fast import loops

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

GUARD = 256  # line feeds behind the text, so that a window that starts in it never leaves the buffer
CHUNK = 1 << 20  # bytes looked at in one go: they and their mask stay in the processor's cache
LIMIT = (1 << 31) - (1 << 16)  # Arrow text columns address 2 GiB
REPLACED = "\ufffd".encode()
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Text:
    """A file's text: `data[:size]` is valid UTF-8, behind it stand `GUARD` line feeds.

    `where` turns offsets in `data` into offsets in the file; `bad` are the file's bytes that were no text (read as
    U+FFFD); `framing` counts the bytes of the byte-order mark.
    """

    data: Bytes
    size: int
    file_bytes: int
    framing: int
    where: Callable[[Ints], Ints]
    bad: list[tuple[int, int]] = field(default_factory=list)
    fast: Any = None  # the compiled loops, where they are worth their loading


def load(path: Path) -> Text:
    """Read a whole file as text: UTF-8, or UTF-16 when it says so with a byte-order mark.

    Raises
    ------
    FormatError
        The file is larger than an Arrow text column can address.
    """
    total = path.stat().st_size
    if total > LIMIT:
        raise FormatError(f"{path.name} has {total} bytes; split it: chats up to {LIMIT} bytes can be read")
    with path.open("rb") as file:
        if -total % mmap.PAGESIZE < GUARD:  # no room behind the text in the last page of a mapping
            return _decoded(_guarded(file.read()), total, loops(total))
        mapped = np.frombuffer(mmap.mmap(file.fileno(), total, access=mmap.ACCESS_COPY), np.uint8)
    held = np.lib.stride_tricks.as_strided(mapped, (total + GUARD,))
    held[total:] = 10
    return _decoded(held, total, loops(total))


def of_bytes(raw: bytes) -> Text:
    """The beginning of a file as text."""
    return _decoded(_guarded(raw), len(raw))


def _decoded(held: Bytes, total: int, fast: Any = None) -> Text:
    mark, encoding = next(((m, e) for m, e in BOMS if held[: len(m)].tobytes() == m), (b"", "utf-8"))
    n_mark = len(mark)
    if encoding != "utf-8":
        return replace(_utf16(held[n_mark:total].tobytes(), encoding, total), fast=fast)
    data = held[n_mark:]
    if (fast.is_utf8 if fast else is_utf8)(data, total - n_mark):
        return Text(data, total - n_mark, total, n_mark, lambda at: at + n_mark if n_mark else at, fast=fast)
    return replace(_repaired(data[: total - n_mark].tobytes(), n_mark, total), fast=fast)


def is_utf8(data: Bytes, size: int) -> bool:
    """Whether the first `size` bytes are valid UTF-8, without copying them."""
    offsets = pa.py_buffer(np.array([0, size], np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def room(size: int, kind: npt.DTypeLike = np.uint8) -> npt.NDArray[Any]:
    """Memory for `size` elements, paged in at once where the system can: page by page costs more than the reading."""
    kind = np.dtype(kind)
    if size * kind.itemsize < CHUNK or not hasattr(mmap, "MAP_POPULATE"):
        return np.empty(size, kind)
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
    return np.frombuffer(mmap.mmap(-1, size * kind.itemsize, flags=flags), kind)


def _guarded(encoded: bytes) -> Bytes:
    return np.concatenate([np.frombuffer(encoded, np.uint8), np.full(GUARD, 10, np.uint8)])


def _utf16(raw: bytes, encoding: str, total: int) -> Text:
    data = _guarded(raw.decode(encoding, "replace").encode())
    size = len(data) - GUARD
    units = ((data[:size] & 0xC0) != 0x80).astype(np.int64) + (data[:size] >= 0xF0)
    ahead = np.concatenate([[0], np.cumsum(units)])
    return Text(data, size, total, total - len(raw), lambda at: np.minimum(total - len(raw) + 2 * ahead[at], total))


def _repaired(raw: bytes, n_mark: int, total: int) -> Text:
    """Text of a file with bytes that are no UTF-8: each bad sequence becomes U+FFFD, and is listed."""
    spans: list[tuple[int, int]] = []

    def collect(error: Any) -> tuple[str, int]:
        spans.append((error.start, error.end))
        return "\ufffd", error.end

    codecs.register_error("offchannel-collect", collect)
    data = _guarded(raw.decode("utf-8", "offchannel-collect").encode())
    starts = np.array([start for start, _ in spans], np.int64)
    grown = len(REPLACED) - np.array([end - start for start, end in spans], np.int64)
    ahead = np.concatenate([[0], np.cumsum(grown)])
    put = starts + ahead[:-1]
    bad = [(start + n_mark, end + n_mark) for start, end in spans]
    return Text(
        data, len(data) - GUARD, total, n_mark,
        lambda at: at - ahead[np.searchsorted(put, at, "left")] + n_mark, bad,
    )  # fmt: skip
