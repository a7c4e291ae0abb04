"""What a page may hold: ours passes unchanged, theirs stops the build."""

from pathlib import Path

import pytest

from analysis.errors import AnalysisError
from analysis.markup import join, tag
from analysis.report.render import body, contents, picture, prose, shown
from analysis.report.sanitise import sanitise
from tiny_matter import HOSTILE, notebook

OURS = [
    '<table class="x"><caption>A &lt;b&gt;</caption><thead><tr><th scope="col">n</th></tr></thead><tr><td data-sort="2">2</td></tr></table>',
    '<figure id="f"><img src="data:image/png;base64,AAAA" alt="one bar"><figcaption>n = 3</figcaption></figure>',
    '<svg viewBox="0 0 10 10" role="img" aria-label="a line"><path d="M0 0L1 1" stroke="#000"></path></svg>',
    '<a href="exhibits/x.html#m-1">12</a> <a href="https://example.org/a?b=c&amp;d">law</a>',
    '<span style="width: 30%; color:red">x</span><br><details open=""><summary>more</summary>text</details>',
    str(tag("p", HOSTILE)),
]
THEIRS = [
    "<script>alert(1)</script>", '<img src=x onerror="alert(1)" alt="x">', '<a href="javascript:alert(1)">x</a>',
    '<a href=" java&#10;script:alert(1)">x</a>', '<a href="//evil.example">x</a>', "<iframe srcdoc='x'></iframe>", "<!-- hidden -->",
    '<img src="https://evil.example/a.png" alt="beacon">', "<style>body{display:none}</style>", "<svg onload=alert(1) aria-label='x'></svg>",
    '<p style="background:url(https://evil.example)">x</p>', "<form action='https://evil.example'><input></form>", "<p onclick=x()>x</p>",
    '<object data="x"></object>', '<base href="https://evil.example/">', '<meta http-equiv="refresh" content="0">', "<plaintext>rest",
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>', "<svg><use href='data:x'/></svg>", "<template><p>x</p></template>",
]  # fmt: skip


@pytest.mark.parametrize("html", OURS)
def test_what_our_markup_writes_passes_unchanged(html: str) -> None:
    assert sanitise(html, "here").replace("<tbody>", "").replace("</tbody>", "") == html.replace("&quot;", '"').replace(
        "&#x27;", "'"
    )


@pytest.mark.parametrize("html", THEIRS)
def test_what_had_to_be_removed_stops_the_build_and_names_the_cell(html: str) -> None:
    with pytest.raises(AnalysisError, match="notebook 01_x, cell 4"):
        sanitise(html, "notebook 01_x, cell 4")


def test_the_frame_pandas_shows_passes_without_its_style_block() -> None:
    import pandas as pd

    html = pd.DataFrame({"a<b": ["<script>"]})._repr_html_()
    clean = sanitise(html, "here")
    assert "<style" not in clean
    assert "&lt;script&gt;" in clean


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<img src="data:image/png;base64,AA==" alt=" ">', "alt text"),
        ("<figure><p>x</p></figure>", "figcaption"),
        ('<svg viewBox="0 0 1 1"></svg>', "aria-label"),
    ],
)
def test_a_picture_without_words_stops_the_build(html: str, fault: str) -> None:
    with pytest.raises(AnalysisError, match=fault):
        sanitise(html, "here")
    with pytest.raises(AnalysisError, match=r"cell 3.*alt text"):
        picture("<svg/>", "image/svg+xml", {}, "notebook x, cell 3")


def test_printed_text_is_escaped_and_its_terminal_codes_are_gone() -> None:
    text = shown(HOSTILE)
    assert "<" not in text
    assert "\x1b" not in text
    assert "[U+202E]" in text


def test_prose_is_rendered_dollars_are_dollars_and_headings_are_found() -> None:
    html = prose("## Cost & time\n\nIt was $5 and $10.", "here")
    assert "$5 and $10" in html
    assert contents(html) == [("cost-time", "Cost &amp; time")]


def test_a_failed_run_makes_no_page(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="FAILED"):
        body(notebook(tmp_path / "01_x.FAILED.ipynb", ("md", "# X")))


def test_join_refuses_nothing_silently() -> None:
    assert join("<b>", [tag("i", "<")]) == "&lt;b&gt;<i>&lt;</i>"
