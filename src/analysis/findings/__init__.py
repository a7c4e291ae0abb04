"""Findings: a claim with value, denominator, interval and evidence; the ledger; the way back to the rows."""

from analysis.findings.catalogue import CATALOGUE
from analysis.findings.exhibits import Link, exhibit, exhibits
from analysis.findings.ledger import Block, Finding, Ledger, gathered, record, recorded, summary
from analysis.findings.recording import readings
from analysis.findings.stamp import Stamp, footer
from analysis.findings.tallies import rows

__all__ = [
    "CATALOGUE",
    "Block",
    "Finding",
    "Ledger",
    "Link",
    "Stamp",
    "exhibit",
    "exhibits",
    "footer",
    "gathered",
    "readings",
    "record",
    "recorded",
    "rows",
    "summary",
]
