"""The phones that were handed over: their clocks, date styles, phone books, and what they have lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from analysis.sample import clock
from analysis.sample.cast import FAMILY_LABELS, SMS_EXPORTED, WHATSAPP_EXPORTED, Account, Cast

IOS = ("C03", "C06", "C08", "C11", "C16", "C20", "C31")
STYLES = {"C22": "ios12", "C18": "android12", "C28": "us", "C13": "ios", **dict.fromkeys(IOS, "ios")}
DATABASES = {"C12": "msgstore", "C31": "chatstorage"}  # phones whose own WhatsApp database was taken, not exports
SMS_DATABASES = {"C24": "mmssms", "C13": "imessage", "C05": "ufdr", "C19": "rsmf"}
SMS_METHODS = {"ufdr": "Cellebrite report", "rsmf": "review platform export"}
CLOCKS = {"C03": 47, "C08": -180, "C17": 3600, "C20": -14, "C22": 95}  # seconds the phone is ahead
SMS_CLOCKS = {"C13": 61, "C17": 3600}
EARLY = {"C08": "2021-01-20", "C19": "2021-05-17"}  # handed over in the middle of the period
NO_BOOK = ("C03", "C22", "C31")  # no phone book was handed over; labels there are full names
KEEPERS = ("C11", "C20", "C06", "C07")  # old versions that know no disappearing messages and no deletion for everyone
UNZONED = ("C06", "C12", "C18", "C28")
CLEARED: dict[tuple[str, int | str], str] = {
    ("C07", 3): "2020-08-01",
    ("C02", 4): "2020-07-10",
    ("C01", "C07"): "2020-06-20",
    ("C17", "C03"): "2020-05-30",
}
LOSSES = {"C06": 0.035, "C03": 0.03, "C08": 0.02}  # share of business messages deleted by the owner for himself
LOSS = 0.004
SAVED, SAVED_OUTSIDE = 0.9, 0.75
SORTS = {"S": "supplier", "J": "press", "E": "expert", "X": "kit"}
MODELS = {"ios": ("iPhone 8", "iPhone 11", "iPhone XR"), "android": ("Pixel 4a", "Galaxy S10", "Moto G8")}


@dataclass(slots=True, eq=False)
class Device:
    """One custodian's phone."""

    owner: str
    style: str
    offset_s: int
    sms_offset_s: int
    exported_at: int
    push: str
    loss: float
    keeper: bool
    model: str
    zone: str
    book: dict[str, str] = field(default_factory=dict)  # address -> label; empty label: not saved
    taken: set[str] = field(default_factory=set)

    @property
    def ios(self) -> bool:
        """Whether exports are made by an iPhone."""
        return self.style.startswith("ios")


class Devices:
    """All phones of a matter."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.seed = seed
        self.by_owner = {key: self._device(key) for key in sorted({*WHATSAPP_EXPORTED, *SMS_EXPORTED})}

    def _device(self, key: str) -> Device:
        draw = Random(f"device {self.seed} {key}")
        style, person = STYLES.get(key, "android"), self.cast.people[key]
        exported = clock.moment(EARLY.get(key, "2021-09-06")) + draw.randint(-9000, 9000)
        exported += 0 if key in EARLY else draw.randint(0, 40) * clock.DAY_S
        push = draw.choice((person.name, person.name, f"{person.given} {person.surname[0]}", person.given))
        return Device(
            key, style, CLOCKS.get(key, 0), SMS_CLOCKS.get(key, 0), exported, push, LOSSES.get(key, LOSS),
            key in KEEPERS,
            draw.choice(MODELS["ios" if style.startswith("ios") else "android"]),
            "" if key in UNZONED else "Europe/London",
        )  # fmt: skip

    def label(self, device: Device, account: Account) -> str:
        """What this phone shows for an account: its own push name, a phone-book label, or the bare number."""
        if account.person.key == device.owner and account.key == device.owner:
            return device.push
        saved = device.book.get(account.address)
        if saved is None:
            saved = device.book[account.address] = self._label(device, account)
            device.taken.add(saved)
        return saved or spaced(account.address)

    def _label(self, device: Device, account: Account) -> str:
        person, draw = account.person, Random(f"label {self.seed} {device.owner} {account.address}")
        inside = person.key[0] == "C"
        if account.key[0] in "NM" and inside:
            return draw.choice(
                (
                    f"{person.name} new",
                    f"{person.name} (2)",
                    person.name if account.key == "N25" else f"{person.name} 2",
                )
            )
        if device.owner in NO_BOOK:
            return person.name
        own = inside or person.key == f"F{device.owner[1:]}"
        if not own and draw.random() > (SAVED_OUTSIDE if person.key[0] != "F" else 1):
            return ""
        if inside and draw.random() > SAVED and account.key in WHATSAPP_EXPORTED:
            return ""
        options = [*self._options(person.key, draw, device), person.name, f"{person.name} ({account.channel})"]
        return next(option for option in options if option not in device.taken)

    def _options(self, key: str, draw: Random, device: Device) -> list[str]:
        person = self.cast.people[key]
        given, surname = person.given, person.surname
        if key == f"F{device.owner[1:]}":
            options = [*draw.sample(FAMILY_LABELS, 3), given]
        elif key[0] == "C":
            options = [
                person.name, person.name, f"{given} {surname[0]} mob", f"{given} {surname[0]}",
                f"{given} {surname} work",
                f"{given[:4].rstrip('aeiou')} {surname}", f"{surname}, {given}",
            ]  # fmt: skip
            draw.shuffle(options)
        else:
            options = [f"{given} {SORTS.get(key[0], 'home')}", f"{given} {person.organisation}".strip(), person.name]
            draw.shuffle(options)
        return options


def spaced(address: str) -> str:
    """A number as phones print it when nobody is saved under it."""
    return f"{address[:3]} {address[3:7]} {address[7:]}" if address.startswith("+44") else address
