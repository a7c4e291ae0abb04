r"""How the columns of a table become the fields of a message: a mapping in TOML, one per product and version.

```toml
channel = "whatsapp"              # unless a column says; without both, that of sources.csv
sheet = "Messages"                # of a workbook; the first one when left out
delimiter = ";"                   # of a CSV; a comma when left out
separator = "[;\n]"                # pattern between several people or files in one cell
[columns]                         # field = header, or a list of headers; `*` stands for anything
at = "Date/Time - UTC*"
body = "Message"
[time]
formats = ["%d/%m/%Y %H:%M:%S"]   # strptime; "header": day, month and year as the header itself orders them
utc = true                        # without it: as the header says, else the zone of sources.csv
[values]                          # what cells say, in any case
outgoing = ["Sent"]
[channels]
"WhatsApp Messages" = "whatsapp"
```
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from analysis.errors import FormatError

PACKAGED = Path(__file__).parent / "mappings"
FIELDS = tuple("sender recipients at body thread direction channel attachments subject id state".split())
VALUES = ("outgoing", "incoming", "deleted", "owner")
_NAME = re.compile(r"[\w-][\w.-]*")
_DATE = re.compile(r"\(\s*((?:d{1,2}|M{1,2}|y{2,4})[-/. ](?:d{1,2}|M{1,2})[-/. ](?:d{1,2}|y{2,4}))\s*\)")
_ZONE = re.compile(r"(?:UTC|GMT)\s*(?:([+-])\s*(\d{1,2}):?(\d\d)?)?", re.I)
_CODES = {"d": "%d", "M": "%m", "yy": "%y", "y": "%Y"}
_CLOCKS = (" %H:%M:%S", " %H:%M:%S.%f", " %I:%M:%S %p", " %H:%M", " %I:%M %p", "")
Cell = Any  # text, a number, a truth value, a date or a time, as the table holds it


def text_of(name: str, folder: Path) -> str:
    """Text of a mapping of the matter (`registers/mappings`), else of one that comes with the package; '' if none."""
    stem = name.removesuffix(".toml")
    places = [place / f"{stem}.toml" for place in (folder, PACKAGED)] if _NAME.fullmatch(stem) else []
    return next((place.read_text(encoding="utf-8", errors="replace") for place in places if place.is_file()), "")


def folded(text: Cell) -> str:
    """A header or value for comparison."""
    return " ".join(str(text).strip("\ufeff").split()).casefold()


@dataclass
class Mapping:
    """A mapping bound to the header of one table: cells of a row are asked for by field."""

    told: dict[str, Any]

    @classmethod
    def parsed(cls, text: str) -> Mapping:
        """Read a mapping.

        Raises
        ------
        FormatError
            It is no TOML, names an unknown field, or does not say where the time and the text or sender stand.
        """
        try:
            told = tomllib.loads(text)
            columns, values = dict(told.get("columns", {})), dict(told.get("values", {}))
            re.compile(told.get("separator", ""))
        except (tomllib.TOMLDecodeError, ValueError, TypeError, re.error) as error:
            raise FormatError(f"the mapping is not valid: {error}; correct it and run again") from error
        unknown = sorted(set(columns) - set(FIELDS)) + sorted(set(values) - set(VALUES))
        if unknown:
            known = f"fields are {', '.join(FIELDS)}, values {', '.join(VALUES)}"
            raise FormatError(f"the mapping names {unknown[0]!r}; {known}")
        if "at" not in columns or not {"body", "sender"} & set(columns):
            raise FormatError("the mapping must say where `at`, and `body` or `sender`, stand; add them")
        return cls(told)

    def __post_init__(self) -> None:
        self.columns: dict[str, list[int]] = {}
        self.headers: list[str] = []

    def bind(self, header: Sequence[Cell]) -> bool:
        """Take a row as the header, if the time and the text or the sender stand in it."""
        names = [folded(cell) for cell in header]
        found: dict[str, list[int]] = {}
        for name, wanted in self.told["columns"].items():
            for one in wanted if isinstance(wanted, list) else [wanted]:
                found.setdefault(name, []).extend(n for n, text in enumerate(names) if fnmatchcase(text, folded(one)))
        if not found["at"] or not (found.get("body") or found.get("sender")):
            return False
        self.columns = {name: list(dict.fromkeys(places)) for name, places in found.items()}
        self.headers = [str(cell) for cell in header]
        return True

    @property
    def delimiter(self) -> str:
        """What stands between the cells of a CSV."""
        found = str(self.told.get("delimiter", ","))
        return found if len(found) == 1 and found not in '\r\n"' else ","

    @property
    def absent(self) -> list[str]:
        """Fields of the mapping whose column this table does not have."""
        return sorted(name for name in self.told["columns"] if not self.columns.get(name))

    def cells(self, row: Sequence[Cell], name: str) -> list[Cell]:
        """What a row holds of a field, blanks left out."""
        return [row[place] for place in self.columns.get(name, ()) if place < len(row) and str(row[place]).strip()]

    def parts(self, row: Sequence[Cell], name: str) -> list[str]:
        """Several people or files in one cell or several columns."""
        pattern = self.told.get("separator") or r"[;\n]|_x000d_"
        texts = (part for cell in self.cells(row, name) for part in re.split(pattern, str(cell)) if part)
        return [text for part in texts if (text := part.strip())]

    def says(self, value: Cell, meaning: str) -> bool:
        """Whether a cell has one of the values the mapping lists under a meaning."""
        return folded(value) in {folded(one) for one in self.told.get("values", {}).get(meaning, [])}

    def channel(self, cell: Cell) -> str:
        """Channel of a row: the cell by `[channels]`, else as it stands, else the mapping's own; or ''."""
        known = {folded(name): str(channel) for name, channel in self.told.get("channels", {}).items()}
        return known.get(folded(cell), folded(cell)) or str(self.told.get("channel", ""))

    def time(self, row: Sequence[Cell]) -> tuple[datetime | None, bool, str]:
        """Time, whether it is UTC, and its precision; no time when no format fits."""
        filled = (place for place in self.columns["at"] if place < len(row) and str(row[place]).strip())
        if (place := next(filled, None)) is None:
            return None, False, "second"
        cell, header = row[place], self.headers[place]
        if isinstance(cell, datetime):
            return self._instant(cell, header, "ms" if cell.microsecond else "second")
        if isinstance(cell, date):
            return self._instant(datetime(cell.year, cell.month, cell.day), header, "minute")
        for form in self._formats(header):
            try:
                found = datetime.strptime(str(cell).strip(), form)
            except ValueError:
                continue
            return self._instant(found, header, "ms" if "%f" in form else "second" if "%S" in form else "minute")
        return None, False, "second"

    def _formats(self, header: str) -> list[str]:
        """Formats to try, in order; `header` stands for what the header of the column says."""
        formats = []
        for form in self.told.get("time", {}).get("formats", ["header"]):
            if form != "header":
                formats.append(str(form))
            elif found := _DATE.search(header):
                day = re.sub(r"d+|M+|y+", lambda run: _CODES.get(run[0], _CODES[run[0][0]]), found[1])
                formats += [day + clock for clock in _CLOCKS]
        return formats

    def _instant(self, at: datetime, header: str, precision: str) -> tuple[datetime | None, bool, str]:
        found = _ZONE.search(header)
        try:
            if at.tzinfo:
                return at.astimezone(UTC).replace(tzinfo=None), True, precision
            if found and found[1]:
                ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
                return at - ahead if found[1] == "+" else at + ahead, True, precision
        except OverflowError:
            return None, True, precision
        return at, bool(found or self.told.get("time", {}).get("utc")), precision
