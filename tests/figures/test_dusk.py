"""Pictures on a dark ground: every colour has a twin that can be read, and nothing else of a drawing changes."""

import re
import xml.etree.ElementTree as ET

import pytest
from matplotlib.colors import to_rgb

from analysis.figures import style
from analysis.figures.dusk import dusk
from support import ROOT

WORDS, MARKS = 4.5, 3.0  # WCAG 2.2 AA: contrast of text, and of what is drawn
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg"><defs><style type="text/css">*{}</style></defs>'
    '<path style="fill: #ffffff; stroke: #1f5fa8"/><rect fill="#c9d1d9"/><text style="fill: #123456">a</text></svg>'
)


def light(colour):
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, two):
    low, high = sorted((light(one), light(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_words_and_marks_stand_out_on_both_grounds(ground):
    shown = style.DARK.get if ground == "dark" else str
    paper = shown(style.PAPER)
    for words in (style.INK, style.SOFT):
        assert contrast(shown(words), paper) >= WORDS
    for mark in (style.BLUE, style.RED, *style.CHANNELS.values(), style.SIDES["unknown"][0], style.TIE):
        assert contrast(shown(mark), paper) >= MARKS, mark
    for full in (style.BLUE, style.RED):  # numbers stand in the bars
        assert contrast(shown(full), paper) >= WORDS
    for tint in (style.FAINT, style.PALE, style.MILD, style.SAND):
        assert contrast(shown(style.INK), shown(tint)) >= WORDS, tint
    assert contrast(shown(style.SOFT), shown(style.FAINT)) >= WORDS


def test_the_dark_ground_is_the_pages():
    sheet = (ROOT / "src" / "analysis" / "report" / "template" / "core.css").read_text(encoding="utf-8")
    dark = re.search(r"prefers-color-scheme:dark\)\{:root\{.*?--paper:(#\w+)", sheet)
    assert dark and dark[1] == style.DARK[style.PAPER]


def test_only_colours_change_and_only_those_that_are_there():
    turned = dusk(DRAWING)
    assert '[style*="stroke: #1f5fa8"]{stroke:#6ea8e6!important}' in turned
    assert '[fill="#c9d1d9"]' in turned
    assert "#123456" not in turned.partition("</style>")[0] and style.RED not in turned
    assert ET.fromstring(turned).tag.endswith("svg")
    assert re.sub(r"<style>@media.*?</style>", "", turned) == DRAWING
    assert dusk(DRAWING) == turned
    assert "image{" not in turned and "image{" in dusk(DRAWING.replace("<rect", "<image/><rect"))


def test_a_drawing_that_is_not_ours_stays_as_it_is():
    assert dusk("<svg><rect/></svg>") == "<svg><rect/></svg>"
