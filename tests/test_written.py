"""Tables that people write by hand: what spreadsheets do to them is read, what could mislead is refused."""

from pathlib import Path

import pytest

from analysis.errors import JudgementError
from analysis.written import append, table


@pytest.mark.parametrize("raw", [
    b"\xef\xbb\xbfRef,Note\r\nA1,\"x, y\"\r\n\r\nA2\r\n,\r\n", b"Ref;Note\nA1;x, y\nA2;\n", b"ref\tnote\nA1\tx, y\nA2\n",
    b"ref,note,\nA1,\"x, y\",\nA2,,\n",
])  # fmt: skip
def test_what_spreadsheets_save_is_the_same_table(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(raw)
    rows = table(tmp_path / "a.csv", "a.csv")
    assert list(rows.columns) == ["ref", "note"] and rows.to_numpy().tolist() == [["A1", "x, y"], ["A2", ""]]


@pytest.mark.parametrize(("raw", "says"), [
    (b"a,b\n1,2,3\n", "line 2 has more cells"), (b"a,A\n1,2\n", "column a twice"), (b"", "is empty"),
    (b"a,b\n1,\xe9\n", "UTF-8"), (b'a,b\n1,"never closed\n2,x\n', "cannot be read"), (b"a,\n1,2\n", "more cells"),
])  # fmt: skip
def test_what_could_stand_under_wrong_names_is_refused(tmp_path: Path, raw: bytes, says: str) -> None:
    (tmp_path / "a.csv").write_bytes(raw)
    with pytest.raises(JudgementError, match=f"a.csv.*{says}"):
        table(tmp_path / "a.csv", "a.csv", JudgementError)


def test_rows_are_added_under_their_own_names_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "merges.csv"
    append(path, ("a", "b"), [("1", "2")])
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")  # an editor took the last line end
    append(path, ("a", "b"), [("3", "4")])
    assert path.read_text(encoding="utf-8") == "a,b\n1,2\n3,4\n"
    with pytest.raises(JudgementError, match=r"merges\.csv has other columns than b,a"):
        append(path, ("b", "a"), [("5", "6")])
