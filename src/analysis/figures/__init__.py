"""Figures and tables: one frame in, one picture or HTML table out; one style; nothing is computed here."""

from analysis.figures.bars import census, loss
from analysis.figures.counts import counts
from analysis.figures.curves import captured, weekly
from analysis.figures.effort import effort
from analysis.figures.estimates import estimates
from analysis.figures.explorer import Explorer, explorer
from analysis.figures.figure import Figure
from analysis.figures.grids import coverage, matrix, rhythm
from analysis.figures.network import DRAWN, network
from analysis.figures.policy import clauses, controls
from analysis.figures.requests import answers, days
from analysis.figures.stays import memberships
from analysis.figures.table import Table, table
from analysis.figures.volume import volume
from analysis.figures.words import words

__all__ = [
    "DRAWN",
    "Explorer",
    "Figure",
    "Table",
    "answers",
    "captured",
    "census",
    "clauses",
    "controls",
    "counts",
    "coverage",
    "days",
    "effort",
    "estimates",
    "explorer",
    "loss",
    "matrix",
    "memberships",
    "network",
    "rhythm",
    "table",
    "volume",
    "weekly",
    "words",
]
