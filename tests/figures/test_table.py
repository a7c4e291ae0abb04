"""Tables: every cell escaped, numbers and times sortable, links where they belong."""

from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.figures import table

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"


class Seen(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.facts = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.facts.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


FRAME = pd.DataFrame({
    "who": [HOSTILE, "Bob"], "n_messages": [1234, 5], "share": [0.256, None], "at": pd.to_datetime(["2020-03-01 09:05", None], utc=True),
    "on": pd.to_datetime(["2020-03-01", "2020-03-02"]), "known": [True, False], "page": ["exhibits/a.html", None],
})  # fmt: skip


def test_hostile_text_is_text_everywhere():
    frame = FRAME.rename(columns={"known": HOSTILE})
    seen = Seen(table(frame, HOSTILE, units={"share": HOSTILE}, headings={"on": HOSTILE}, note=HOSTILE)._repr_html_())
    assert not {"script", "img"} & set(seen.tags)
    assert seen.text.count("<script>alert(1)</script>") == 6
    assert "\u202e" not in seen.text


@settings(derandomize=True, max_examples=50)
@given(st.text(), st.text().filter(lambda text: text not in ("", "–")))
def test_any_text_stays_in_its_cell(one, two):
    seen = Seen(table(pd.DataFrame({"a": [one], "b": [two]}), "x")._repr_html_())
    assert seen.tags == ["table", "caption", "thead", "tr", "th", "th", "tbody", "tr", "th", "bdi", "td", "bdi"]


def test_a_column_that_every_row_leaves_blank_is_named_below_and_not_shown():
    frame = pd.DataFrame({"who": ["a", "b"], "reason": ["", None], "n": [1, 2], "at": pd.NaT})
    shown = table(frame, "x")
    assert shown.columns == ["who", "n"]
    assert "Blank in every row: at, reason." in Seen(shown._repr_html_()).text
    assert table(frame[:0], "x").columns == ["who", "reason", "n", "at"]


def test_headings_scopes_numbers_and_times():
    seen = Seen(table(FRAME, "Two people", units={"share": "%"}, links={"n_messages": "page"})._repr_html_())
    heads = [facts for tag, facts in seen.facts if tag == "th" and facts.get("scope") == "col"]
    assert len(heads) == 6  # the column of hrefs is not shown
    assert [facts["scope"] for tag, facts in seen.facts if tag == "th"].count("row") == 2
    assert (
        "1,234" in seen.text and "25.6%" in seen.text and "2020-03-01 09:05:00 UTC" in seen.text and "yes" in seen.text
    )
    keys = [facts["data-sort"] for _, facts in seen.facts if "data-sort" in facts]
    assert keys[:3] == ["1234", "0.256000000", "2020-03-01T09:05:00+00:00"]
    assert [facts["href"] for tag, facts in seen.facts if tag == "a"] == ["exhibits/a.html"]


def test_links_by_function_and_by_list():
    made = table(FRAME, "x", links={"who": {"Bob": "b.html"}.get, "on": ["1.html", "2.html"]})
    assert [facts["href"] for tag, facts in Seen(made._repr_html_()).facts if tag == "a"] == [
        "1.html",
        "b.html",
        "2.html",
    ]


def test_long_text_is_cut_and_an_empty_frame_says_none():
    assert len(Seen(table(pd.DataFrame({"a": ["x" * 900]}), "c")._repr_html_()).text) < 200
    assert "none" in Seen(table(FRAME.head(0), "c")._repr_html_()).text


def test_plain_text_for_terminals():
    assert "Two people" in repr(table(FRAME, "Two people"))
    assert "[U+202E]" in repr(table(FRAME, "Two people"))


@pytest.mark.parametrize(("value", "shown"), [(0.0, "0"), (12.345, "12.3"), (1234567.0, "1,234,567"), (99.96, "100")])
def test_numbers_as_printed(value, shown):
    assert shown in Seen(table(pd.DataFrame({"a": ["r"], "b": [value]}), "c")._repr_html_()).text


def test_our_words_are_printed_as_people_write_them_and_the_evidence_as_it_is():
    frame = pd.DataFrame({"channel": ["email"], "kind": ["not_member"], "text": ["not_member"], "wait_min": [2.0]})
    shown = table(frame, "c", units={"wait_min": "min"})._repr_html_()
    assert "e-mail" in shown and "<bdi>not member</bdi>" in shown and "<bdi>not_member</bdi>" in shown
    assert Seen(shown).text.count("min") == 1
