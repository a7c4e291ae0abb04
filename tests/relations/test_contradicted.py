"""Copies that something speaks against, on a tiny matter whose copies are made to disagree one by one."""

import pandas as pd
import pytest

from analysis import Matter, relations
from handmade import fill, matter_folder


@pytest.fixture
def matter(tmp_path):
    opened = Matter.open(matter_folder(tmp_path / "handmade"), out=tmp_path / "reports")
    fill(opened.store)
    sources = opened.store.read("sources")
    opened.store.write("sources", sources.assign(reader="whatsapp_text"))
    opened.store.write("absences", opened.store.read("absences").query("kind != 'absent'"))
    copies = opened.store.read("copies").query("state == 'present'")
    opened.store.write("copies", copies.assign(seq=range(len(copies)), suspect=None))
    return opened


def told(matter, change) -> dict[str, str]:
    copies = matter.store.read("copies")
    held = copies.groupby("message_id").copy_id.transform("size")
    place = copies.index[(held > 1) & ~copies.duplicated("message_id", keep="last")][1]
    change(copies, place)
    matter.store.write("copies", copies)
    rows = relations.contradicted(matter)
    assert set(rows.copy_id) <= {copies.copy_id[place]}
    return dict(zip(rows.copy_id == copies.copy_id[place], rows.what, strict=True))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda copies, at: copies.__setitem__("body", copies.body.where(copies.index != at, "said otherwise")), "other wording"),
        (lambda copies, at: copies.loc.__setitem__((at, "suspect"), "typed_system_line"), "typed system line"),
        (lambda copies, at: copies.loc.__setitem__((at, "sent_at"), copies.sent_at[at] - pd.Timedelta("5min")), "other time"),
        (lambda copies, at: copies.loc.__setitem__((at, "seq"), 10_000), "out of order"),
    ],
)  # fmt: skip
def test_each_ground(matter, change, what):
    assert list(told(matter, change).values()) == [what]


def test_nothing_speaks_against_copies_that_agree(matter):
    assert relations.contradicted(matter).empty


def test_a_line_only_one_holds(matter):
    fill(matter.store)
    rows = relations.contradicted(matter).query("what == 'only here'")
    assert len(rows) and (rows.n_copies == 1).all()
