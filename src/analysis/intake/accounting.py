"""Rows in = copies + events + rejects, and every byte somewhere: a reading's own sums are checked, never believed."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.pieces import Piece
from analysis.intake.records import Reading

BYTES = ("bytes_copies", "bytes_events", "bytes_rejects", "bytes_framing")


def settle(piece: Piece, reading: Reading) -> Reading:
    """Give a piece the status of its reading; sums that do not agree make it `partial`, with the difference."""
    piece.status, piece.reason = reading.status, reading.reason or ""
    faults = [fault for fault in (_bytes(piece, reading), _rows(reading), *_dangling(reading)) if fault]
    if faults:
        piece.status = "partial" if piece.status == "read" else piece.status
        piece.reason = "; ".join([text for text in (piece.reason, *faults) if text])
    return reading


def _bytes(piece: Piece, reading: Reading) -> str:
    counted = [value for name in BYTES if (value := getattr(reading, name)) is not None]
    rejected = pc.sum(reading.rejects["n_bytes"]).as_py() or 0
    if counted and sum(counted) != piece.content_bytes:
        return f"the reader accounts for {sum(counted)} of {piece.content_bytes} bytes"
    if counted and min(counted) < 0:
        return "the reader counts some bytes twice"
    if reading.bytes_rejects is not None and rejected != reading.bytes_rejects:
        return f"the rejects hold {rejected} bytes, the reader counts {reading.bytes_rejects}"
    return ""


def _rows(reading: Reading) -> str:
    filed = reading.copies.num_rows + reading.events.num_rows + reading.rejects.num_rows
    if reading.n_rows is None or filed == reading.n_rows:
        return ""
    return f"the reader met {reading.n_rows} records and filed {filed}"


def _dangling(reading: Reading) -> list[str]:
    """Take out rows that point at no copy, and say so."""
    faults = []
    for name in ("recipients", "attachments", "reactions", "receipts"):
        table: pa.Table = getattr(reading, name)
        loose = pc.is_null(table["copy"]) if name in ("reactions", "receipts") else pa.scalar(False)
        there = pc.coalesce(
            pc.and_(pc.greater_equal(table["copy"], 0), pc.less(table["copy"], reading.copies.num_rows)), loose
        )
        kept = table.filter(there)
        if kept.num_rows != table.num_rows:
            setattr(reading, name, kept)
            faults.append(f"{table.num_rows - kept.num_rows} {name} belong to no copy")
    return faults
