"""Writes chats in the header forms of many places, for tests only."""

from datetime import datetime

LRM, RLM, NBSP, NNBSP = "\u200e", "\u200f", "\u00a0", "\u202f"


def digits(text, zero):
    return "".join(chr(ord(zero) + int(char)) if char.isascii() and char.isdigit() else char for char in text)


def twelve(at, am="AM", pm="PM"):
    return at.hour % 12 or 12, am if at.hour < 12 else pm


def us(at, space=" ", am="AM", pm="PM"):
    hour, half = twelve(at, am, pm)
    return f"{at.month}/{at.day}/{at:%y}, {hour}:{at:%M}{space}{half} - "


def korean(at):
    hour, half = twelve(at, "오전", "오후")
    return f"{at.year}. {at.month}. {at.day}. {half} {hour}:{at:%M} - "


def arabic(at):
    hour, half = twelve(at, "ص", "م")
    return digits(f"{at.day}{RLM}/{at.month}{RLM}/{at.year}، {hour}:{at:%M}{NNBSP}{half} - ", "٠")


FORMS = {
    "android en_GB": lambda at: f"{at:%d/%m/%Y, %H:%M} - ",
    "android en_US": us,
    "android en_US nnbsp": lambda at: us(at, NNBSP),
    "android es": lambda at: us(at, NBSP, f"a.{NBSP}m.", f"p.{NBSP}m."),
    "android de": lambda at: f"{at:%d.%m.%y, %H:%M} - ",
    "android cs": lambda at: f"{at:%d.%m.%y %H:%M} - ",
    "android nl": lambda at: f"{at:%d-%m-%Y %H:%M} - ",
    "android fi": lambda at: f"{at.day}.{at.month}.{at.year} klo {at:%H.%M} - ",
    "android fr": lambda at: f"{at:%d/%m/%Y à %H:%M} - ",
    "android pt": lambda at: f"{at:%d/%m/%Y às %H:%M} - ",
    "android en dash": lambda at: f"{at:%d/%m/%Y, %H:%M} – ",
    "android hu": lambda at: f"{at:%Y. %m. %d. %H:%M} - ",
    "android ko": korean,
    "android zh": lambda at: f"{at.year}/{at.month}/{at.day} {twelve(at, '上午', '下午')[1]}{twelve(at)[0]}:{at:%M} - ",
    "android ja era": lambda at: f"令和{at.year - 2018}年{at.month}月{at.day}日 {at:%H:%M} - ",
    "android ja letter era": lambda at: f"R{at.year - 2018}/{at.month}/{at.day} {at:%H:%M} - ",
    "android th": lambda at: f"{at.day}/{at.month}/{at.year + 543} {at:%H:%M} - ",
    "android th short": lambda at: f"{at.day}/{at.month}/{(at.year + 543) % 100} {at:%H:%M} - ",
    "android ar": arabic,
    "android hi": lambda at: digits(f"{at:%d/%m/%Y, %H:%M} - ", "०"),
    "android bg": lambda at: f"{at.day}.{at:%m.%y} г., {at:%H:%M} - ",
    "ios en_GB": lambda at: f"[{at:%d/%m/%Y, %H:%M:%S}] ",
    "ios en_US": lambda at: f"[{at.month}/{at.day}/{at:%y}, {twelve(at)[0]}:{at:%M:%S}{NNBSP}{twelve(at)[1]}] ",
    "ios de": lambda at: f"[{at:%d.%m.%y, %H:%M:%S}] ",
    "ios en_CA": lambda at: f"[{at:%Y-%m-%d}, {twelve(at)[0]}:{at:%M:%S} {twelve(at, 'a.m.', 'p.m.')[1]}] ",
    "ios en_ZA": lambda at: f"[{at:%Y/%m/%d, %H:%M:%S}] ",
    "ios marked": lambda at: f"{LRM}[{at:%d/%m/%Y, %H:%M:%S}] ",
    "ios he": lambda at: f"{RLM}[{at.day}.{at.month}.{at.year}, {at:%H:%M:%S}] ",
    "ios ja": lambda at: f"[{at:%Y/%m/%d %H:%M:%S}] ",
}


def has_seconds(form):
    return form.startswith("ios")


def write(form, messages, end="\n"):
    """A chat of (time, sender or None, text) in one form."""
    lines = [FORMS[form](at) + (f"{sender}: " if sender else "") + text for at, sender, text in messages]
    return (end.join(lines) + end).encode()


def at(text):
    return datetime.fromisoformat(text)
