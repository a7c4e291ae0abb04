"""The one style of all pictures: colours for light and dark that survive colour blindness and print, text as text."""

from __future__ import annotations

from typing import Any

INK, SOFT, LINE, PAPER = "#1b1f24", "#57606a", "#d0d7de", "#ffffff"
BLUE, RED = "#1f5fa8", "#c2410c"
CHANNELS = {"whatsapp": "#00796b", "sms": "#b26a00", "email": BLUE, "linkedin": "#7b3fa0"}
SIDES = {"inside": (BLUE, "o"), "outside": (RED, "s"), "unknown": ("#8a939d", "^")}
"""Colour and shape: the shape says the same as the colour to whoever cannot see it."""
PARTS = {"n_unexplained": (RED, ""), "n_deleted": ("#e3a008", "///"), "n_timer": ("#8a939d", "...")}
FAINT, PALE, MILD, TIE = "#e6eaee", "#c9d1d9", "#8fb4dd", "#7d8793"
SAND = "#f4d58d"
"""Tints under words, and the lines of a network."""
DARK = {
    INK: "#e6e8eb",
    SOFT: "#a6aeb8",
    LINE: "#3d454f",
    PAPER: "#16191d",
    BLUE: "#6ea8e6",
    RED: "#f0854f",
    CHANNELS["whatsapp"]: "#3fb8a6",
    CHANNELS["sms"]: "#dd9a3a",
    CHANNELS["linkedin"]: "#b98bdc",
    SIDES["unknown"][0]: "#8d97a3",
    PARTS["n_deleted"][0]: "#f2cf63",
    FAINT: "#2a3038",
    PALE: "#59626d",
    MILD: "#35587f",
    TIE: "#8a94a0",
    SAND: "#6a591f",
}
"""Each colour's twin on a dark ground (`figures.dusk`); the ground is that of the page, `--paper` in core.css."""
MAP = "Blues"
WIDTH = 8.6  # inches; a page's text column

RULES: Any = {
    "svg.hashsalt": "offchannel",
    "svg.fonttype": "none",
    "text.parse_math": False,  # evidence may hold dollar signs
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "text.color": INK,
    "hatch.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "legend.frameon": False,
}
