"""Facts that an episode draws: quantities, places, people, and personal data from safe ranges only."""

from __future__ import annotations

from collections.abc import Callable

from analysis.sample.clock import DAY_S, FIRST, WRITTEN
from analysis.sample.grammar import Facts, sections

NHS_WEIGHTS = range(10, 1, -1)
MARKS = (
    ("OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"),
    ("OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE [COMMERCIAL]"),
    ("OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE COMMERCIAL"),
    ("OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE [PERSONAL]"),
    ("OFFICIAL-SENSITIVE", "OFFICIAL SENSITIVE"),
    ("OFFICIAL", "OFFICIAL"),
)
TITLES = ("Mrs", "Mr", "Miss", "Ms", "Mr", "Mrs")
TIMES = ("{}:{:02d}", "{}.{:02d}", "{}:{:02d}", "{}pm", "{}am", "half {}", "{} o'clock")


def _int(facts: Facts, low: int, high: int) -> int:
    return low + int(facts.random() * (high - low + 1))


def _pick(facts: Facts, values: tuple[str, ...] | list[str]) -> str:
    return values[int(facts.random() * len(values))]


def _of(name: str) -> Callable[[Facts], str]:
    values = sections("facts.txt")[name]
    return lambda facts: values[int(facts.random() * len(values))]


def _quantity(facts: Facts) -> str:
    size = _int(facts, 2, 98)
    return _pick(facts, [f"{size},000", f"{size}k", f"{size}0,000", f"{size / 10:.1f}m", f"{size}00"])


def _time(facts: Facts) -> str:
    form, hour = TIMES[int(facts.random() * len(TIMES))], _int(facts, 1, 11)
    if form.startswith("{}:") or form.startswith("{}."):
        return form.format(hour + 7, 5 * _int(facts, 0, 11))
    if form == "{}am":
        return form.format(6 + hour % 6)
    return form.format(1 + hour % 9)


def _written(facts: Facts) -> str:
    day = (int(facts["at"]) - FIRST) // DAY_S - _int(facts, 1, 9)
    return WRITTEN[max(day, 0)]


def nhs_number(first_nine: str) -> str:
    """Ten digits with the check digit, or nothing when the check digit would be 10."""
    total = sum(int(digit) * weight for digit, weight in zip(first_nine, NHS_WEIGHTS, strict=True))
    check = (11 - total % 11) % 11
    return "" if check == 10 else f"{first_nine}{check}"


def _nhs(facts: Facts) -> str:
    number = ""
    while not number:
        number = nhs_number(f"999{_int(facts, 0, 999_999):06d}")
    return _personal(
        facts,
        "nhs_number",
        _pick(facts, [number, f"{number[:3]} {number[3:6]} {number[6:]}", f"{number[:3]}-{number[3:6]}-{number[6:]}"]),
    )


def _personal(facts: Facts, label: str, value: str) -> str:
    facts.personal.append((label, value))
    return value


def _patient(facts: Facts) -> str:
    given, surname = _pick(facts, sections("names.txt")["given"]), _pick(facts, sections("names.txt")["surname"])
    facts["patient_short"] = f"{facts['title']} {surname[0]}"
    return _personal(facts, "name", f"{facts['title']} {given} {surname}")


def _short(facts: Facts) -> str:
    facts["patient"]
    return facts["patient_short"]


def _mark(facts: Facts) -> str:
    label, text = MARKS[int(facts.random() * len(MARKS))]
    facts.marks.append((label, text))
    return text


DRAWS: dict[str, Callable[[Facts], str]] = {name: _of(name) for name in sections("facts.txt")} | {
    "qty": _quantity,
    "price": lambda f: f"£{_int(f, 0, 38)}.{_int(f, 5, 99):02d}",
    "price2": lambda f: f"£{_int(f, 1, 38)}.{_int(f, 5, 99):02d}",
    "budget": lambda f: f"£{_int(f, 1, 88)}.{_int(f, 1, 9)}m",
    "pct": lambda f: f"{_int(f, 11, 96)}%",
    "pct2": lambda f: f"{_int(f, 11, 96)}%",
    "big": lambda f: f"{_int(f, 8, 240)},{_int(f, 0, 99):02d}0",
    "small": lambda f: str(_int(f, 2, 9)),
    "small2": lambda f: str(_int(f, 1, 6)),
    "rnum": lambda f: f"{_int(f, 6, 12) / 10:.1f}",
    "rnum2": lambda f: f"{_int(f, 12, 19) / 10:.1f}",
    "time": _time,
    "dayn": _written,
    "ref": lambda f: f"{_pick(f, ['PQ', 'OF', 'CT', 'HR'])}-{_int(f, 1000, 9899)}",
    "town2": _of("town"),
    "firm": lambda f: f"{_pick(f, sections('facts.txt')['firm_a'])} {_pick(f, sections('facts.txt')['firm_b'])}",
    "title": lambda f: _pick(f, TITLES),
    "patient": _patient,
    "patient_short": _short,
    "dob": lambda f: _personal(f, "dob", f"{_int(f, 1, 28):02d}/{_int(f, 1, 12):02d}/{_int(f, 1928, 1994)}"),
    "nhs": _nhs,
    "nino": lambda f: _personal(f, "nino", _pick(f, ["QQ123456A", "QQ 12 34 56 A", "QQ123456B", "QQ 12 34 56 C"])),
    "mobile": lambda f: _personal(
        f, "phone", _pick(f, ["07700 9009{:02d}", "077009009{:02d}"]).format(_int(f, 0, 99))
    ),
    "email": lambda f: _personal(
        f, "email", f"{_pick(f, sections('names.txt')['given']).lower()}{_int(f, 2, 99)}@letterbird.example"
    ),
    "address": lambda f: _personal(
        f, "address", f"{_int(f, 1, 140)} {_pick(f, sections('facts.txt')['street'])}, {f['town']}"
    ),
    "postcode": lambda f: _personal(
        f, "postcode", f"ZZ99 {_int(f, 1, 9)}{_pick(f, list('ABDEFGH'))}{_pick(f, list('JLNPQRS'))}"
    ),
    "mark": _mark,
}  # fmt: skip
