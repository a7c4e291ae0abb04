"""Numbers that name a person: their check digits, ranges and forms; pure functions on digits.

References
----------
NHS number: NHS Data Dictionary; issued ranges 400-499 and 600-799 million, 999 for tests. CHI: phsmethods `chi_check`.
National Insurance number: HMRC NIM39110. Check digits, UTR, Luhn, IBAN: python-stdnum.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_NI = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?", re.IGNORECASE)
_LICENCE = re.compile(r"[A-Z]{1,5}9{0,4}\d[0156]\d(?:[0-2]\d|3[01])\d[A-Z][A-Z9][A-Z0-9]{3}")
_CARDS = re.compile(  # Visa, Mastercard, American Express, Discover, Maestro
    r"4\d{12}(?:\d{3})?(?:\d{3})?|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|6(?:011|5\d{2})\d{12}|(?:5018|5020|5038|6304|6759|6761|6763)\d{8,15}"
)
OLDEST = 110
"""Years of age beyond which a date is not taken for a date of birth."""


def nhs(digits: str) -> bool:
    """An NHS number in an issued range or in the range for tests."""
    from stdnum.gb import nhs as rules

    return (digits[:1] in ("4", "6", "7") or digits[:3] == "999") and bool(rules.is_valid(digits))


def chi(digits: str) -> bool:
    """A Scottish CHI number: date of birth DDMMYY, four digits, the last a check digit (as of an NHS number)."""
    from stdnum.gb import nhs as rules

    return bool(rules.is_valid(digits)) and _day(int(digits[:2]), int(digits[2:4]), 2000 + int(digits[4:6]))


def _day(day: int, month: int, year: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def nino(letters: str) -> bool:
    """A National Insurance number by its prefix and suffix rules; QQ is the example prefix of HMRC."""
    return bool(_NI.fullmatch(letters)) or (letters[:2].upper() == "QQ" and letters[2:8].isdigit())


def utr(digits: str) -> bool:
    """A Unique Taxpayer Reference: ten digits, the first a check digit."""
    from stdnum.gb import utr as rules

    return len(digits) == 10 and bool(rules.is_valid(digits))


def card(digits: str) -> bool:
    """A payment card: issuer's prefix and length, and the Luhn check."""
    from stdnum import luhn

    return bool(_CARDS.fullmatch(digits)) and bool(luhn.is_valid(digits))


def iban(text: str) -> bool:
    """An IBAN with its check digits."""
    from stdnum import iban as rules

    return bool(rules.is_valid(text))


def licence(text: str) -> bool:
    """A British driving licence number: sixteen characters with a date of birth inside."""
    return len(text) == 16 and bool(_LICENCE.fullmatch(text)) and text[7:9] != "00"


@lru_cache(maxsize=4096)
def phone(text: str, region: str) -> str:
    """A telephone number in E.164, or nothing; numbers kept for fiction count."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not (phonenumbers.is_valid_number(number) or _fiction(number.country_code, str(number.national_number))):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _fiction(country: int | None, national: str) -> bool:
    """Numbers that regulators keep for films: Ofcom's blocks, the American 555-01xx."""
    if country == 44:
        return bool(re.fullmatch(r"7700900\d{3}|1632960\d{3}|3069990\d{3}|[12]\d{2,3}(?:496|946|4960)0\d{3}", national))
    return country == 1 and bool(re.fullmatch(r"[2-9]\d{2}55501\d{2}", national))


def birthday(day: int, month: int, year: int, on: date | None) -> bool:
    """A day on which somebody alive could be born; two-digit years are of the last hundred."""
    now = (on or date(2030, 1, 1)).year
    if year < 100:
        year += 1900 if year + 2000 > now else 2000
    if month > 12 and day <= 12:
        day, month = month, day
    return now - OLDEST <= year <= now and 1 <= month <= 12 and _day(day, month, year)
