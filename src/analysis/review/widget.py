"""Coding in JupyterLab, one key a decision (extra `lab`); each is written down before the next message shows.

Hostile text is put in as text, never as HTML. In a static report a widget does not live: what was decided is read from
`judgements/`, and this module's front end never enters a page.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import written
from analysis.errors import ParameterError
from analysis.review.returns import check
from analysis.review.sheets import read
from analysis.sensitivity import judgements

if TYPE_CHECKING:
    from analysis.matter import Matter

FRONT = Path(__file__).with_name("widget.js")
TRAIL = "trail.csv"
STEPS = ("batch", "message_id", "label", "coder", "at", "act")


class Coding:
    """One coder's way through one batch: `decide`, `undo`, and where it stands. What the front end calls, and tests do.

    Each decision is appended to `judgements/labels.csv` at once; taking one back appends `unsure` with the reason
    `taken back`, because nothing is ever erased. `judgements/trail.csv` keeps every step.
    """

    def __init__(self, matter: Matter, sheet: pd.DataFrame, coder: str) -> None:
        if not coder.strip():
            raise ParameterError("nobody is named as coder; every decision is signed: give coder='...'")
        check(matter, sheet.assign(label=judgements.UNSURE, coder=coder), "the batch")
        self.matter, self.sheet, self.coder, self.place = matter, sheet, coder, 0

    def decide(self, label: str, why: str = "") -> None:
        """Record what the coder says of the message shown, and go on to the next."""
        if label not in judgements.VERDICTS["business"]:
            raise ParameterError(f"no verdict is called {label}; {', '.join(judgements.VERDICTS['business'])}")
        if self.place < len(self.sheet):
            self._write(label, why, "decided")
            self.place += 1

    def undo(self) -> None:
        """Go back one message and take its decision back."""
        if self.place:
            self.place -= 1
            self._write(judgements.UNSURE, "taken back", "undone")

    def shown(self) -> dict[str, Any]:
        """What the front end shows: the message with its neighbours, and how far the coder is."""
        if self.place == len(self.sheet):
            return {"done": True, "place": self.place, "of": len(self.sheet)}
        row = self.sheet.iloc[self.place]
        parts = {name: str(row[name]) for name in ("sent_at", "channel", "sender", "before", "text", "after")}
        return parts | {"done": False, "place": self.place, "of": len(self.sheet)}

    def _write(self, label: str, why: str, act: str) -> None:
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        said = {"label": label, "coder": self.coder, "at": at, "why": why, "act": act}
        row = self.sheet.iloc[self.place].to_dict() | said
        for name, columns in ((judgements.FILE, judgements.COLUMNS), (TRAIL, STEPS)):
            written.append(
                self.matter.place("judgements") / name, columns, [tuple(str(row[column]) for column in columns)]
            )


def widget(matter: Matter, path: str | Path, coder: str) -> Any:
    """The widget for a batch file; b, p, u decide, Backspace takes back.

    Raises
    ------
    ParameterError
        The extra `lab` is not installed, or nobody is named as coder.
    """
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise ParameterError("the coding widget needs an extra: pip install 'offchannel[lab]'") from error
    coding = Coding(matter, read(Path(path)), coder)

    class Widget(anywidget.AnyWidget):
        _esm = FRONT
        shown = traitlets.Dict(coding.shown()).tag(sync=True)

    made = Widget()

    def hear(_: Any, message: dict[str, Any], __: Any) -> None:
        coding.undo() if message.get("act") == "undo" else coding.decide(str(message.get("label")))
        made.shown = coding.shown()

    made.on_msg(hear)
    return made
