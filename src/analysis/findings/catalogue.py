"""The findings of this product, by question; computed from relations and studies alone, so `verify` can repeat them.

Numbers are of the evidence handed over, not of everything that was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analysis.findings.business import labels_checked, recorded
from analysis.findings.completeness import completeness_of_return
from analysis.findings.controls import controls
from analysis.findings.deletion import deletion
from analysis.findings.enquiries import enquiries
from analysis.findings.extent import extent_of_use
from analysis.findings.ledger import Finding
from analysis.findings.marked_material import marked_material
from analysis.findings.outsiders import outside_parties
from analysis.findings.personal_data import personal_data
from analysis.findings.policy import policy_against_guidance
from analysis.findings.reconciliation import reconciliation
from analysis.findings.recording import forwarding, no_footprint
from analysis.findings.requests import requests
from analysis.findings.statements import statements

if TYPE_CHECKING:
    from analysis.matter import Matter

CATALOGUE: dict[str, Callable[[Matter], list[Finding]]] = {
    "F1": extent_of_use,
    "F1.labels": labels_checked,
    "F2": completeness_of_return,
    "F3": forwarding,
    "F3.labels": recorded,
    "F4": no_footprint,
    "F5": marked_material,
    "F6": personal_data,
    "F7": deletion,
    "F8": reconciliation,
    "F9": controls,
    "F10": policy_against_guidance,
    "F11": requests,
    "F12": enquiries,
    "F13": outside_parties,
    "F14": statements,
}
"""Question -> the function that computes its findings from the tables, for notebooks and for `verify`."""
