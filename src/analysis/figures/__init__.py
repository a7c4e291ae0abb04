"""Figures and tables: one frame in, one picture or HTML table out; one style; nothing is computed here."""

from analysis.figures.bars import census, loss
from analysis.figures.counts import counts
from analysis.figures.figure import Figure
from analysis.figures.grids import coverage, matrix, rhythm
from analysis.figures.network import network
from analysis.figures.table import Table, table
from analysis.figures.volume import volume

__all__ = ["Figure", "Table", "census", "counts", "coverage", "loss", "matrix", "network", "rhythm", "table", "volume"]
