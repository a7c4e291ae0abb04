"""Typed look-alikes: a person wrote what the app writes about members ("Jo left"), where the app would have marked it.

Only where the app marks its own lines (iOS) can the two be told apart. What this cannot show: why it was typed; a
member may simply tell the others that somebody left.
"""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

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
    size = held.end - held.body
    plain = (held.sender >= 0) & (sifted.code == 0) & (sifted.event < 0) & ~sifted.typed
    rows = np.flatnonzero(plain & (size > 0) & (size <= LONGEST_BYTES))
    known = frozenset(held.labels)
    bodies = held.cut(held.body[rows], held.end[rows])
    starts = [pc.starts_with(bodies, label).to_numpy(zero_copy_only=False) for label in sorted(known)]
    for place in np.flatnonzero(np.logical_or.reduce(starts)).tolist():
        found = event(bodies[place].as_py(), locales(), known)
        if found and found.kind in MEMBERSHIP and found.actor in known:
            sifted.typed[rows[place]] = True
