"""A text with its labels: anchors, escaping, overlaps, masking."""

from pathlib import Path

from analysis.matter import Matter
from analysis.report.evidence import Evidence
from analysis.report.spans import AROUND, excerpts, spanned
from handmade import at, fill, matter_folder, row

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


def test_titles_hide_what_subjects_hide(tmp_path: Path) -> None:
    made = Matter.open(matter_folder(tmp_path / "m"), out=tmp_path / "out")
    fill(made.store)
    subject = "Results of Ann Example, 4505577104"
    made.store.write("messages", [row("messages", message_id="m1", thread_id="t9", channel="email", sent_at=at(0),
                                      kind="mail", subject=subject, body="x", best_copy_id="c", n_copies=1, n_holders=1,
                                      n_expected=1)])  # fmt: skip
    made.store.write("threads", [row("threads", thread_id="t9", channel="email", kind="mail", title=subject)])
    made.store.write("labels", [row("labels", label_id="l", message_id="m1", scheme="personal", label="nhs_number",
                                    start=24, end=34, method="rule", where="subject")])  # fmt: skip
    evidence = Evidence(made)
    assert evidence.thread_title("t9", masked=True) == "Results of Ann Example, [nhs number]"
    assert evidence.thread_title("t9") == subject
