"""The findings of this product, by question; computed from relations and studies alone, so `verify` can repeat them.

Numbers are of the evidence handed over, not of everything that was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING

from analysis.findings import standards
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
from analysis.findings.standing import standing
from analysis.findings.statements import statements

if TYPE_CHECKING:
    from analysis.matter import Matter

Derive = Callable[["Matter"], list[Finding]]


def held_to_coverage(derive: Derive) -> Derive:
    """The same findings, told only where enough custodians handed over a private export.

    Under `export_coverage_some` (the level under which F2 cannot tell either) an outcome that takes the whole to be
    seen cannot be told; `standing.toml` says which do (`covered`). Counts stay: they are of what was handed over.
    """

    @wraps(derive)
    def derived(matter: Matter) -> list[Finding]:
        found, (n, of) = derive(matter), standards.exported(matter)
        least = matter.standard("export_coverage_some", standards.SOME)
        if not of or n >= least * of:
            return found
        why = f"Private exports of {n:,} of {of:,} custodians are held, under the level of {least:.0%}: cannot tell. "
        return [
            replace(each, outcome="cannot_tell", limits=why + each.limits)
            if standing(each.finding_id).get("covered")
            else each
            for each in found
        ]

    return derived


_DERIVED: dict[str, Derive] = {
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
CATALOGUE = {name: held_to_coverage(derive) for name, derive in _DERIVED.items()}
"""Question -> the function that computes its findings from the tables, for notebooks and for `verify`."""
