"""Rows set aside in a file while a reader goes on: what was read of a large table need not stand in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa


class Aside:
    """A table in the making: in memory without a folder for it, else in a file of that folder that goes with it."""

    def __init__(self, folder: Path | None) -> None:
        self.folder, self.parts = folder, list[pa.Table]()
        self._path: Path | None = None
        self._writer: pa.RecordBatchStreamWriter | None = None

    def add(self, part: pa.Table) -> None:
        """Some more rows, all parts of one schema."""
        if not self.folder or not self.parts:
            self.parts.append(part)  # a small table is one part, and stays
            return
        if not self._writer:
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
                self._path = Path(file.name)
            self._writer = pa.ipc.new_stream(str(self._path), part.schema)
        self._writer.write_table(part)

    def table(self) -> pa.Table:
        """All rows so far; those set aside are mapped, and read when somebody looks at them."""
        if self._writer and self._path:
            self._writer.close()
            mapped = pa.memory_map(str(self._path))
            self._path.unlink()  # its bytes last as long as the table
            self.parts.append(pa.ipc.open_stream(mapped).read_all())
            self._writer = None
        return pa.concat_tables(self.parts)
