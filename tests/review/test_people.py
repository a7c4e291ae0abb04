"""Doubts about who is who go out as a sheet and come back as judgements that hold."""

import pandas as pd
import pytest

from analysis.errors import JudgementError
from analysis.matter import Matter
from analysis.pipeline import make_tables
from analysis.review import people
from analysis.review.sheets import read, write

CHAT = """\
13/03/2020, 08:00 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
13/03/2020, 09:00 - {name}: the lab called about the swabs again
13/03/2020, 09:05 - Bo Carr: noted, thank you
14/03/2020, 10:00 - {name}: numbers will come at noon
"""


@pytest.fixture
def matter(tmp_path) -> Matter:
    folder = tmp_path / "m"
    for custodian, name in (("C1", "Jo Example"), ("C2", "Joanna Example")):
        place = folder / "evidence" / custodian
        place.mkdir(parents=True)
        (place / f"WhatsApp Chat with {name}.txt").write_text(CHAT.format(name=name), encoding="utf-8")
    (folder / "registers").mkdir()
    (folder / "registers" / "custodians.csv").write_text(
        "custodian_id,name\nC1,Ada Lind\nC2,Bo Carr\n", encoding="utf-8"
    )
    made = Matter.open(folder, out=tmp_path / "out")
    make_tables(made)
    return made


def test_doubts_go_out_and_answers_come_back(matter):
    merges = matter.store.read("merges")
    if not (merges["verdict"] == "unsure").any():
        identities = matter.store.read("identities")
        a, b = sorted(identities["identity_id"])[:2]
        row = {"identity_a": a, "identity_b": b, "rule": "like_label", "score": 0.5, "verdict": "unsure", "by": "rule",
               "why": "=alike", "evidence": ""}  # fmt: skip
        matter.store.write("merges", pd.concat([merges, pd.DataFrame([row])], ignore_index=True))
    book, table = people.batch(matter, 5)
    sheet = read(book, people.COLUMNS)
    assert list(sheet.columns) == list(people.COLUMNS)
    assert read(table, people.COLUMNS).equals(sheet)
    sheet.loc[0, ["verdict", "why"]] = ["rejected", "two sisters"]
    write(sheet, [book, table], "verdict", ["rejected"])
    with pytest.raises(JudgementError, match="not signed"):
        people.apply(matter, table)
    assert people.apply(matter, book, "Reviewer R") == 1
    made = (matter.folder / "judgements" / "merges.csv").read_text(encoding="utf-8").splitlines()
    assert made[0] == "identity_a,identity_b,verdict,by,at,why"
    assert ",rejected,Reviewer R," in made[1]
    make_tables(matter)
    judged = matter.store.read("merges").query("rule == 'judgement'")
    assert judged["verdict"].tolist() == ["rejected"]
    sheet.loc[0, "verdict"] = "perhaps"
    write(sheet, [book, table], "verdict", ["rejected"])
    with pytest.raises(JudgementError, match="perhaps"):
        people.apply(matter, book, "Reviewer R")
