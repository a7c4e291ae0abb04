"""Records of a CSV file, each with its length in bytes, so that every byte can be accounted for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

FIELD_CHARACTERS = 16 << 20  # a message is a few kilobytes; a larger field is a quote that was never closed


class CsvRows:
    """Records of a CSV file with their bytes; what breaks the format ends it, with `fault` and where."""

    def __init__(self, path: Path, delimiter: str = ",") -> None:
        self.path = path
        self.delimiter = delimiter
        self.read = 0
        self.broken = 0
        self.fault = ""

    def _lines(self) -> Iterator[str]:
        with self.path.open("rb") as stream:
            for line in stream:
                self.read += len(line)
                text = line.decode("utf-8", "replace")
                self.broken += text.count("\ufffd") > line.count(b"\xef\xbf\xbd")
                yield text

    def __iter__(self) -> Iterator[tuple[int, list[str], int]]:
        """Number of the record, its cells, its length in bytes."""
        csv.field_size_limit(FIELD_CHARACTERS)
        before, number = 0, 0
        try:
            for cells in csv.reader(self._lines(), delimiter=self.delimiter):
                number += 1
                length, before = self.read - before, self.read
                yield number, cells, length
        except csv.Error as error:
            self.fault = f"no CSV from record {number + 1} on: {error}"
            self.read = before
