"""A text with its labels: anchors, escaping, overlaps, masking."""

from analysis.report.spans import AROUND, excerpts, spanned

TEXT = "<b> Ann Example & 4505577104"


def label(scheme: str, label: str, start: int, end: int, **more: object) -> dict[str, object]:
    return {"label_id": f"{label}{start}", "scheme": scheme, "label": label, "start": start, "end": end, "where": "body",
            "method": "rule", "score": 0.9} | more  # fmt: skip


ROWS = [label("personal", "name", 4, 15), label("exemption", "s40", 4, 15), label("personal", "nhs_number", 18, 28)]


def test_each_label_has_its_anchor_and_text_is_escaped() -> None:
    made = spanned(TEXT, ROWS)
    assert all(f'id="l-{row["label_id"]}"' in made for row in ROWS)
    assert made.startswith("&lt;b&gt; <mark") and ">Ann Example</mark>" in made and " &amp; " in made


def test_masked_text_holds_no_secret_and_no_place_left_out() -> None:
    made = spanned(TEXT, ROWS, masked=True)
    assert "Ann" not in made and "4505577104" not in made and "[nhs number]" in made
    assert spanned(TEXT, [], masked=True) == spanned(TEXT, [label("personal", "name", 0, 3, where="subject")])


def test_excerpts_show_each_label_once_with_the_words_around_it() -> None:
    text = "x" * 1000 + TEXT + "y" * 1000
    rows = [label("personal", "nhs_number", 1018, 1028, where="text"), label("marking", "SECRET", 3, 9, where="text"),
            label("personal", "name", 1004, 1015, where="text")]  # fmt: skip
    found = excerpts(text, rows, "text")
    assert len(found) == 2 and [sum(f'id="l-{row["label_id"]}"' in one for one in found) for row in rows] == [1, 1, 1]
    assert ">Ann Example</mark>" in found[1] and found[1].count("x" * 40) == 1 and len(found[1]) < 20 * AROUND
    assert "4505577104" not in "".join(excerpts(text, rows, "text", masked=True))
