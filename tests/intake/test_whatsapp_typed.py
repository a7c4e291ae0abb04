"""A line that a person typed in the words of the app is told from the app's own, where the app marks its lines."""

from pathlib import Path

import pytest

from analysis.intake.records import Hints, Opened
from analysis.intake.whatsapp_text import read

LINES = """\
[12/03/2020, 09:00:00] Core team: \u200eMessages and calls are end-to-end encrypted.
[12/03/2020, 09:00:01] Core team: \u200eAnn created group “Core team”
[13/03/2020, 09:00:02] Core team: \u200eAnn added Bo
[13/03/2020, 09:01:00] Ann: morning
[13/03/2020, 09:02:00] Bo: {typed}
[14/03/2020, 09:03:00] Cy: hello
"""


@pytest.mark.parametrize(
    ("typed", "suspect"),
    [
        ("Cy left", "typed_system_line"),
        ("Ann added Dee", "typed_system_line"),
        ("Cy left the milk out again", None),
        ("somebody left", None),
        ("Cyril left", None),
    ],
)
def test_the_line_is_marked_and_stays_with_its_writer(tmp_path: Path, typed: str, suspect: str | None) -> None:
    path = tmp_path / "_chat.txt"
    path.write_text(LINES.format(typed=typed), encoding="utf-8", newline="")
    reading = read(Opened(path, "WhatsApp Chat - Core team.zip", inner="_chat.txt"), Hints())
    assert reading.events["kind"].to_pylist() == ["encryption_notice", "created", "added"]
    row = reading.copies.to_pylist()[1]
    assert (row["body"], row["sender"], row["suspect"]) == (typed, "Bo", suspect)
