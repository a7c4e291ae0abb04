"""The findings of this product, by question; computed from relations and studies alone, so `verify` can repeat them.

Numbers are of the evidence handed over, not of everything that was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analysis.findings.completeness import completeness_of_return
from analysis.findings.deletion import deletion
from analysis.findings.extent import extent_of_use
from analysis.findings.ledger import Finding
from analysis.findings.reconciliation import reconciliation

if TYPE_CHECKING:
    from analysis.matter import Matter

CATALOGUE: dict[str, Callable[[Matter], list[Finding]]] = {
    "F1": extent_of_use,
    "F2": completeness_of_return,
    "F7": deletion,
    "F8": reconciliation,
}
"""Question -> the function that computes its findings from the tables, for notebooks and for `verify`."""
