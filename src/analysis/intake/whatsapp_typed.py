"""Typed look-alikes: a person wrote what the app writes about members ("Jo left"), where the app would have marked it.

Only where the app marks its own lines (iOS) can the two be told apart. What this cannot show: why it was typed; a
member may simply tell the others that somebody left.
"""

from __future__ import annotations

import numpy as np

from analysis.intake.whatsapp_content import event
from analysis.intake.whatsapp_locales import locales
from analysis.intake.whatsapp_records import Records
from analysis.intake.whatsapp_sift import Sifted

MEMBERSHIP = frozenset({"added", "left", "removed", "joined", "created", "timer_on", "timer_off", "number_changed"})
LONGEST_BYTES = 400  # a line of the app holds two names and a phrase


def mark_typed(held: Records, sifted: Sifted) -> None:
    """Mark unmarked lines of people that read like the app's, about somebody the chat knows."""
    if not sifted.marks or not held.labels:
        return
    known, starts = frozenset(held.labels), tuple(held.labels)
    opens = np.zeros(1 << 16, bool)  # the first two bytes of a name: few bodies start with them
    for raw in (label.encode()[:2] for label in known):
        opens[int.from_bytes(raw, "little") :: 1 << 8 * len(raw)] = True
    rows = np.flatnonzero(opens[sifted.opening & np.uint32(0xFFFF)])
    size = held.end[rows] - held.body[rows]
    plain = (held.sender[rows] >= 0) & (sifted.code[rows] == 0) & (sifted.event[rows] < 0) & ~sifted.typed[rows]
    rows = rows[plain & (size > 0) & (size <= LONGEST_BYTES)]
    for row, body in zip(rows.tolist(), held.cut(held.body[rows], held.end[rows]).to_pylist(), strict=True):
        found = event(body, locales(), known) if body.startswith(starts) else None
        if found and found.kind in MEMBERSHIP and found.actor in known:
            sifted.typed[row] = True
