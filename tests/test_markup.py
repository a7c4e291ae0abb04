"""HTML is written in one way, and evidence cannot get out of it."""

from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import markup


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(derandomize=True, max_examples=200)
@given(st.text(), st.text())
def test_no_text_makes_an_element(body: str, title: str) -> None:
    parser = Elements()
    parser.feed(markup.tag("p", body, title=title))
    parser.close()
    assert parser.tags == ["p"]


def test_markup_passes_and_text_does_not() -> None:
    assert markup.tag("p", markup.tag("b", "<i>")) == "<p><b>&lt;i&gt;</b></p>"
    assert markup.join("a<", [markup.tag("br"), "b"]) == "a&lt;<br>b"
    assert markup.tag("td", 3, class_="n", data_value=1.5, hidden=True, title=None) == (
        '<td class="n" data-value="1.5" hidden>3</td>'
    )


def test_what_cannot_be_seen_is_named() -> None:
    assert markup.visible("a\u202eb\x1b[0m") == "a[U+202E]b[U+001B][0m"
    assert markup.visible("\ud83d") == "[U+D83D]"
    assert len(markup.visible("e" + "\u0301" * 40)) == 4
    assert markup.visible("Zoë, naïve") == "Zoë, naïve"
