"""What a replayed review cost: documents read, and recall reached."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Order = NDArray[np.int64]


def read_for(order: Order, relevant: NDArray[np.bool_], recall: float) -> int:
    """How many documents had been read when this share of the relevant ones was found."""
    found = np.cumsum(relevant[order])
    return int(np.searchsorted(found, np.ceil(recall * found[-1] - 1e-9))) + 1


def wss(order: Order, relevant: NDArray[np.bool_], recall: float = 0.95) -> float:
    """Work saved over sampling: the share of documents not read at this recall, less what chance would save.

    References
    ----------
    Cohen, A. M. et al. (2006). Reducing workload in systematic review preparation. JAMIA 13, 206-219.
    """
    return 1 - read_for(order, relevant, recall) / len(order) - (1 - recall)


def begin(relevant: NDArray[np.bool_], seed: int) -> list[int]:
    """One relevant and one other document, drawn by the seed: where every simulated review starts."""
    random = np.random.default_rng(seed)
    return [int(random.choice(np.flatnonzero(relevant == kind))) for kind in (True, False)]
