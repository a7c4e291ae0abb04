"""Handles as written -> one comparable form each: phone numbers, addresses, profiles, names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers

_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")
_PHONE_LIKE = re.compile(r"(?:tel:|sms:)?\+?[\d\s().\-/\u2010-\u2015]{3,40}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_PROFILE = re.compile(r"(?:https?://)?(?:[\w-]{1,20}\.)?(linkedin\.[a-z]{2,12})(/[^?#]*)(?:[?#].*)?", re.I)
SHORT_CODE_DIGITS = 6  # a national number is longer everywhere; `60123` would parse as a British number
FOREIGN_DIGITS = 10  # a number impossible at home and at least this long is tried as written with its country code
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
PHONE_BOOK_CHANNELS = frozenset({"whatsapp", "sms"})  # here a name is what the owner of the phone calls somebody


def visible(raw: str) -> str:
    """The text without invisible marks, compatibility forms joined (NFKC), runs of spaces made one."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", _INVISIBLE.sub("", raw))).strip()


def name(raw: str) -> str:
    """A name folded for comparison: visible text, case-folded."""
    return unicodedata.normalize("NFKC", visible(raw).casefold())


def phone(raw: str, region: str) -> str:
    """E.164 of a number that is possible (not only of those in use: invented ranges count); else ''."""
    text = visible(raw)
    if not _PHONE_LIKE.fullmatch(text):
        return ""
    digits = "".join(_DIGITS.findall(text))
    found = _possible(text, region)
    if not found and "+" not in text and len(digits) >= FOREIGN_DIGITS:
        found = _possible("+" + digits, region)
    return found


def _possible(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def region(number: str) -> str:
    """The (chief) region of a number written with its country code, as a two-letter code; '' for any other."""
    try:
        code = phonenumbers.parse(visible(number)).country_code or 0
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.region_code_for_country_code(code)) if "+" in number else ""


def address(raw: str) -> str:
    """A mail address folded for comparison; dots and `+tag` are dropped only where the provider ignores them."""
    text = visible(raw).strip("<>").casefold()
    local, at, domain = text.rpartition("@")
    if domain in _GOOGLE and local:
        return local.partition("+")[0].replace(".", "") + "@gmail.com"
    return local + at + domain.rstrip(".") if at else text


def profile(raw: str) -> str:
    """A LinkedIn profile address as `https://www.linkedin.com/in/slug`; anything else is only folded."""
    text = visible(raw)
    if found := _PROFILE.fullmatch(text):
        return f"https://www.{found[1]}{unquote(found[2]).rstrip('/')}".casefold()
    return text.casefold()


def short(raw: str) -> bool:
    """Whether it is a short code: up to six digits without `+`."""
    return bool(re.fullmatch(rf"\d{{1,{SHORT_CODE_DIGITS}}}", _SPACE.sub("", visible(raw))))


@lru_cache(maxsize=1 << 16)
def normal(kind: str, raw: str, region: str) -> tuple[str, str]:
    """Kind and normal form of a handle; the kind changes where the handle shows that it is something else.

    A `phone` that no network could route becomes `shortcode` (digits), `email` (it has an @) or `handle`
    (an alphanumeric sender); a `name` that is written as an international number becomes `phone`.
    """
    if kind == "phone":
        return _phone(raw, region)
    if kind == "name" and visible(raw).startswith("+") and (number := phone(raw, region)):
        return "phone", number
    if kind == "email":
        return "email", address(raw)
    if kind == "profile":
        return "profile", profile(raw)
    return kind, name(raw)


def _phone(raw: str, region: str) -> tuple[str, str]:
    if short(raw):
        return "shortcode", _SPACE.sub("", visible(raw))
    if number := phone(raw, region):
        return "phone", number
    if _ADDRESS.fullmatch(visible(raw)):
        return "email", address(raw)
    return "handle", name(raw)


def account(channel: str, raw: str, region: str) -> tuple[str, str]:
    """Kind and normal form of the address of an account in a channel, as a register or a reader gives it."""
    kinds = {"whatsapp": "phone", "sms": "phone", "email": "email", "linkedin": "profile"}
    if channel == "whatsapp" and raw.endswith("@s.whatsapp.net"):
        raw = "+" + raw.partition("@")[0]
    return normal(kinds.get(channel, "handle"), raw, region)


def scope(channel: str, kind: str, holder: str) -> str | None:
    """Within whose export a name means somebody: names in phone books are private to the phone."""
    return holder if kind == "name" and channel in PHONE_BOOK_CHANNELS else None


def labels_of(addresses: Iterable[tuple[str, str]], contacts: Iterable[tuple[str, str]], region: str) -> list[str]:
    """Labels that contact lists give to any of these (channel, address) accounts, in order of the lists."""
    wanted = {account(channel, raw, region) for channel, raw in addresses}
    found = [label for label, raw in contacts if label and normal(contact_kind(raw), raw, region) in wanted]
    return list(dict.fromkeys(found))


def contact_kind(raw: str) -> str:
    """What kind of handle an entry of a contact list is, from its shape."""
    if "linkedin." in raw:
        return "profile"
    return "email" if "@" in raw else "phone"
