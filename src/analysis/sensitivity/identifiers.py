"""Numbers of a person in a text: NHS, CHI, NI, tax, passport, licence, bank, card, telephone, date of birth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from analysis import passages
from analysis.sensitivity import numbers


class Found(NamedTuple):
    """A span that names or describes a person, by what rule and how surely (0 to 1)."""

    start: int
    end: int
    label: str
    rule: str
    score: float


TRIGGER = (
    r"[0-9](?:[ \x{a0}.()/\-]{0,3}[0-9]){5,}|[0-9]{1,2}(?:st|nd|rd|th)? (?:of )?[A-Z][a-z]{2,8},? [0-9]{4}|"
    r"(?i:\bd\.?o\.?b\b|\bborn\b|\bbirth)"
)
_RUN = re.compile(r"(?<![\w£$€#@/.,+-])(?:\+|\()?\+?\d(?:[ \-.()\u00a0]{0,3}\d){6,60}(?!\w|[.,]\d)")
_GROUP = re.compile(r"\d+")
_DATE = (
    r"(\d{1,2}[/.\- ]\d{1,2}[/.\- ](?:\d{4}|\d{2})(?!\d)|\d{4}-\d{2}-\d{2}|"
    r"\d{1,2}(?:st|nd|rd|th)?\s(?:of\s)?[A-Z][a-z]{2,8}\.?,?\s\d{4}|[A-Z][a-z]{2,8}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4})"
)
_BORN = re.compile(
    rf"(?i:\b(?:d\.?o\.?b\b\.?|date of birth|birth ?date|birthday|born(?: on)?))\W{{0,5}}(?i:is |was |on )?{_DATE}"
)
_BORN_AFTER = re.compile(rf"(?<![\d/.-]){_DATE}\W{{0,3}}(?i:d\.?o\.?b\b|date of birth|birth ?date)")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NI = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})[ .-]?(\d\d)[ .-]?(\d\d)[ .-]?(\d\d)[ .-]?([A-D])?(?![A-Za-z0-9])")
_NI_ANY = re.compile(_NI.pattern, re.IGNORECASE)
_LICENCE = re.compile(r"(?<![A-Za-z0-9])[A-Z9]{5}[ ]?\d{6}[ ]?[A-Z9]{2}[A-Z0-9]{3}(?![A-Za-z0-9])")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{2}\d{7}|[A-Z]\d{8}|\d{9})(?![A-Za-z0-9])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_SORT = re.compile(r"(?<![\d/.-])\d{2}([- ]?)\d{2}\1\d{2}(?![\d/-]|\.\d)")
_ACCOUNT = re.compile(r"(?<![\d/.-])\d{8}(?![\d/-]|\.\d)")
_NANP = re.compile(r"\(?[2-9]\d\d\)?[ .-]\d{3}[ .-]\d{4}")
_NO_PLUS = re.compile(r"44[ \-]\(?\d{2,5}\)?[ \-]\d{3,4}[ \-]?\d{3,4}")  # as written beside foreign numbers
_DAY_FIRST = re.compile(r"\d{1,4}[.-]\d{1,2}[.-]\d{2,4}\b")
_GROUPED = re.compile(r"\d{3}([ \u00a0-])\d{3}\1\d{4}")
WIDEST = 26
"""Characters of the longest number with its blanks: a card of nineteen digits."""
MOST_GROUPS = 8
"""Groups of digits in one number; a list of single digits is none."""
REACH = 45
"""Characters before a number in which the word that says what it is must stand, with no other number between."""


def _said(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:{words})[^\d\n]{{0,30}}$")


_NHS_SAID = _said(r"\bnhs\b|\bnhs ?(?:no|number|num)\b|\bhospital (?:no|number)|\bmrn\b")
_CHI_SAID = _said(r"\bchi\b|\bcommunity health index|\bpatient")
_UTR_SAID = _said(r"\butr\b|\bunique tax|\bself[- ]assessment|\btax(?:payer)? ref")
_NI_SAID = _said(r"\bnino\b|\bni\b|\bnat(?:ional)? ins(?:urance)?")
_PASSPORT_SAID = _said(r"\bpassports?\b")
_CARD_SAID = _said(r"\bcards?\b|\bvisa\b|\bmastercard\b|\bamex\b|\bdebit\b|\bcredit\b")
_PHONE_SAID = _said(
    r"\btel(?:ephone)?\b|\bphone|\bmob(?:ile)?\b|\bcell\b|\bcall\b|\bring\b|\btext\b|\bfax\b|\bon$|\bwhatsapp\b"
)
_OTHER_SAID = _said(
    r"\border\b|\binvoice|\bref(?:erence)?\b|\bpo\b|\bcontract|\bticket|\bfax\b|\btel\b|\bphone|\bcase no"
)
_CARE = re.compile(
    r"(?i)\b(?:dob|d\.o\.b|born|patient|hospital|ward|gp|clinic|resident|swab|medication|prescription|nurse|admitted|oxygen)\b"
)
_SORT_SAID = re.compile(r"(?i)\bsort\b|\bs/c\b")
_ACCOUNT_SAID = re.compile(r"(?i)\baccount\b|\ba/c\b|\bacct?\b|\bacc\b|\bbacs\b|\bpayee\b")


def found(text: str, region: str, on: date | None) -> Iterator[Found]:
    """Numbers of a person in one text, surest kind first where two could be meant."""
    yield from _births(text, on)
    yield from _lettered(text)
    yield from _accounts(text)
    for run in _RUN.finditer(text):
        yield from _in_run(text, run, region)


def _in_run(text: str, run: re.Match[str], region: str) -> Iterator[Found]:
    """What the groups of one run of digits are: the longest groups that make sense, from the left."""
    groups = [(one.start() + run.start(), one.end() + run.start()) for one in _GROUP.finditer(run[0])]
    first = 0
    while first < len(groups):
        widest = first
        while widest + 1 < min(len(groups), first + MOST_GROUPS) and groups[widest + 1][1] - groups[first][0] <= WIDEST:
            widest += 1
        for last in range(widest, first - 1, -1):
            one = _number(text, groups[first][0], groups[last][1], region)
            if one:
                yield one
                first = last
                break
        first += 1


def _number(text: str, start: int, end: int, region: str) -> Found | None:
    digits = re.sub(r"\D", "", text[start:end])
    if not 9 <= len(digits) <= 19:
        return None
    before = text[max(0, start - REACH) : start]
    for label, test in _TESTS.items():
        score = test(text, start, end, digits, before)
        if score:
            return Found(start, end, label, f"number:{label}", score)
    return _phone(text, start, end, digits, before, region)


def _nhs(text: str, start: int, end: int, digits: str, before: str) -> float:
    if not numbers.nhs(digits):
        return 0.0
    if _NHS_SAID.search(before) and not _OTHER_SAID.search(before.rsplit("NHS", 1)[-1]):
        return 0.99
    if _LIST.search(text[max(0, start - 24) : start]) and _NHS_BEFORE.search(text, max(0, start - 200), start):
        return 0.9
    grouped = _GROUPED.fullmatch(text, start, end) and not _PHONE_SAID.search(before) and not _OTHER_SAID.search(before)
    return 0.8 if grouped and _CARE.search(text, max(0, start - 120), min(len(text), end + 120)) else 0.0


_LIST = re.compile(r"\d[ ]?(?:,|;|/|&|and|or|\n|-|•|\*)[ \n]{0,3}$")
_NHS_BEFORE = re.compile(r"(?i)\bnhs (?:no|num)")


def _chi(text: str, start: int, end: int, digits: str, before: str) -> float:
    return 0.95 if numbers.chi(digits) and _CHI_SAID.search(before) else 0.0


def _utr(text: str, start: int, end: int, digits: str, before: str) -> float:
    return 0.95 if len(digits) == 10 and _UTR_SAID.search(before) and numbers.utr(digits) else 0.0


def _card(text: str, start: int, end: int, digits: str, before: str) -> float:
    if not len(digits) >= 12 or not numbers.card(digits):
        return 0.0
    if _CARD_SAID.search(before):
        return 0.98
    return 0.85 if re.fullmatch(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{5}", text[start:end]) else 0.0


_Test = Callable[[str, int, int, str, str], float]
_TESTS: dict[str, _Test] = {"nhs_number": _nhs, "chi_number": _chi, "utr": _utr, "card_number": _card}


def _phone(text: str, start: int, end: int, digits: str, before: str, region: str) -> Found | None:
    """A telephone number: with its trunk zero or country code, or in American grouping."""
    while start and text[start - 1] in "+(":
        start -= 1
    written = text[start:end]
    if len(digits) > 15 or _DAY_FIRST.match(written):
        return None
    abroad = digits[2:] if digits.startswith("00") else digits if _NO_PLUS.fullmatch(written) else ""
    dialled = "+" + abroad if abroad else written
    if (abroad or written.lstrip("(")[0] in "+0") and numbers.phone(dialled, region):
        return Found(start, end, "phone", "phone", 0.95)
    american = region in ("US", "CA") or written[0] == "(" or _PHONE_SAID.search(before)
    if american and _NANP.fullmatch(written) and numbers.phone(written, "US"):
        return Found(start, end, "phone", "phone:NANP", 0.9)
    return None


def _births(text: str, on: date | None) -> Iterator[Found]:
    for pattern in (_BORN, _BORN_AFTER):
        for one in pattern.finditer(text):
            if _birthday(one[1], on):
                yield Found(one.start(1), one.end(1), "dob", "date of birth", 0.97)


def _birthday(written: str, on: date | None) -> bool:
    parts = [int(part) for part in re.findall(r"\d+", written)]
    named = re.search(r"[A-Z][a-z]{2}", written)
    if named:
        month = _MONTHS.index(named[0].lower()) + 1 if named[0].lower() in _MONTHS else 13
        return month < 13 and len(parts) == 2 and numbers.birthday(parts[0], month, parts[1], on)
    day, month, year = parts if len(written) < 10 or written[4] != "-" else parts[::-1]
    return numbers.birthday(day, month, year, on)


def _lettered(text: str) -> Iterator[Found]:
    """Numbers with letters in them: NI, driving licence, passport, IBAN."""
    for one in _NI_ANY.finditer(text):
        said = bool(_NI_SAID.search(text, max(0, one.start() - REACH), one.start()))
        whole = numbers.nino("".join(part or "" for part in one.groups()))
        example = one[1].upper() == "QQ"
        if whole and (said or (one[5] and not example and one[0] == one[0].upper())):
            yield Found(one.start(), one.end(), "nino", "NI number", 0.98 if said else 0.9)
    for one in _LICENCE.finditer(text):
        if numbers.licence(one[0].replace(" ", "")):
            yield Found(one.start(), one.end(), "driving_licence", "licence", 0.97)
    for one in _PASSPORT.finditer(text):
        if _PASSPORT_SAID.search(text, max(0, one.start() - REACH), one.start()):
            yield Found(one.start(), one.end(), "passport", "passport", 0.9)
    for one in _IBAN.finditer(text):
        if numbers.iban(one[0]):
            yield Found(one.start(), one.end(), "bank_account", "IBAN", 0.99)


def _accounts(text: str) -> Iterator[Found]:
    """Sort code and account number in one line, with a word that says so."""
    for sort in _SORT.finditer(text):
        low, high = passages.line_at(text, sort.start())
        low, high = max(low, sort.start() - 80), min(high, sort.end() + 80)
        near = text[low:high]
        account = _ACCOUNT.search(text, sort.end(), high) or _ACCOUNT.search(text, low, sort.start())
        said = _SORT_SAID.search(near) or (sort[1] and _ACCOUNT_SAID.search(near))
        if account and said:
            start, end = min(sort.start(), account.start()), max(sort.end(), account.end())
            yield Found(start, end, "bank_account", "sort code and account", 0.95)
