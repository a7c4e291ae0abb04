"""Who is in the invented matter, which accounts they have, and what the department declared.

The numbers of accounts are facts of this specification: 29 WhatsApp, 17 SMS, 8 private e-mail and 1 LinkedIn private
accounts in use by custodians, six of them (3, 2, 1) not declared, and one declared number that was never used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from analysis.sample.grammar import sections

DEPARTMENT, DOMAIN = "Department for Health Resilience", "dhr.example"
ROLES = (
    "Secretary of State", "Minister of State for Care", "Minister of State for Supply", "Minister for Regions",
    "Minister for Prevention", "Minister in the Upper House", "Special adviser (policy)", "Special adviser (media)",
    "Special adviser (strategy)", "Permanent secretary", "Principal private secretary", "Private secretary (diary)",
    "Head of information and records", "Private secretary (care)", "Private secretary (supply)",
    "Director general, testing", "Director general, procurement", "Director, adult care", "Director of communications",
    "Head of news", "Deputy director, contracts", "Deputy chief medical adviser", "Head of laboratories",
    "Head of casework", "Deputy director, care policy", "Commercial lead", "Regional lead",
    "Non-executive director", "Non-executive director", "Non-executive director", "Non-executive director",
    "Lead non-executive director",
)  # fmt: skip
WHATSAPP = tuple(f"C{n:02d}" for n in (*range(1, 13), 14, *range(16, 24), *range(28, 33)))
WHATSAPP_UNDECLARED = {"N01": "C01", "N08": "C08", "N25": "C25"}
WHATSAPP_UNUSED = "C27"
SMS = tuple(f"C{n:02d}" for n in (1, 2, 3, 5, 6, 7, 10, 13, 15, 17, 19, 20, 24, 28, 30))
SMS_UNDECLARED = {"M04": "C04", "M18": "C18"}
PRIVATE_MAIL = ("C01", "C03", "C06", "C07", "C08", "C28", "C32")
PRIVATE_MAIL_UNDECLARED = "C09"
LINKEDIN = "C29"
WHATSAPP_EXPORTED = tuple(f"C{n:02d}" for n in (1, 2, 3, 6, 7, 8, 10, 11, 12, 16, 17, 18, 19, 20, 22, 28, 31))
SMS_EXPORTED = tuple(f"C{n:02d}" for n in (1, 2, 5, 7, 10, 13, 17, 19, 24, 28))
PRIVATE_MAIL_EXPORTED = {"C01": "takeout", "C07": "mbox", "C08": "maildir", "C28": "takeout"}
OFFICIAL_EXPORTED = {
    "C01": "mbox", "C02": "mbox", "C10": "mbox", "C11": "mbox", "C13": "eml", "C16": "mbox", "C17": "mbox",
    "C19": "mbox", "C22": "eml", "C28": "mbox",
}  # fmt: skip
OUTSIDERS = {"S": 9, "J": 5, "E": 6}
FAMILIES = ("01", "02", "05", "07", "10", "11", "12", "13", "15", "16", "18", "24")
FAMILY_LABELS = ("Mum", "Dad", "Home ❤️", "Hubby", "My love", "Little sis", "Big bro", "Granny G", "Wifey", "Auntie P")
EXPERT_ROLES = ("virologist", "statistician", "care home owner", "council leader", "hospital chief", "lab founder")
LAST_ACCOUNT = 900  # numbers from 07700 900900 on are kept for personal data in texts


@dataclass(slots=True, eq=False)
class Person:
    """Somebody invented: a custodian (C01...) or an outside party."""

    key: str
    given: str
    surname: str
    role: str
    organisation: str
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Given name and surname."""
        return f"{self.given} {self.surname}"


@dataclass(slots=True, eq=False)
class Account:
    """One handle in one channel; `key` is what the plan calls it."""

    key: str
    channel: str
    address: str
    person: Person
    ownership: str = "private"
    declared: bool = True
    used: bool = True
    exported: bool = False
    style: str = ""


class Cast:
    """All people and accounts of one seed."""

    def __init__(self, seed: int, extra: int = 0) -> None:
        self.draw = Random(f"cast {seed}")
        self.given = self.draw.sample(sections("names.txt")["given"], len(sections("names.txt")["given"]))
        self.surnames = self.draw.sample(sections("names.txt")["surname"], len(sections("names.txt")["surname"]))
        self.firms = [f"{a} {b}" for a in sections("facts.txt")["firm_a"] for b in sections("facts.txt")["firm_b"]]
        self.draw.shuffle(self.firms)
        self.free = self.draw.sample(range(LAST_ACCOUNT), LAST_ACCOUNT)
        self.people: dict[str, Person] = {}
        self.accounts: dict[tuple[str, str], Account] = {}
        self._custodians()
        self._outsiders(extra)

    def account(self, channel: str, key: str) -> Account:
        """The account that the plan means by a key in a channel; an outside party gets one when first needed."""
        found = self.accounts.get((channel, key))
        return found or self._outside_account(channel, self.people[key])

    def number(self) -> str:
        """A mobile number that nobody has: from the range kept for drama."""
        return f"+447700900{self.free.pop():03d}"

    def custodians(self) -> list[Person]:
        """The people in scope, in order."""
        return [person for key, person in self.people.items() if key[0] == "C"]

    def _custodians(self) -> None:
        for place, role in enumerate(ROLES):
            key = f"C{place + 1:02d}"
            person = Person(key, self.given.pop(), self.surnames.pop(), role, DEPARTMENT)
            self.people[key] = person
            local = f"{person.given}.{person.surname}".lower().replace("-", "")
            self._add(key, "email", f"{local}@{DOMAIN}", person, "official", style=OFFICIAL_EXPORTED.get(key, ""))
        main = {key: self.number() for key in self.people}
        for key in (*WHATSAPP, WHATSAPP_UNUSED):
            used = key != WHATSAPP_UNUSED
            self._add(key, "whatsapp", main[key], self.people[key], used=used, exported=key in WHATSAPP_EXPORTED)
        for key in SMS:
            self._add(key, "sms", main[key], self.people[key], exported=key in SMS_EXPORTED)
        for channel, hidden in (("whatsapp", WHATSAPP_UNDECLARED), ("sms", SMS_UNDECLARED)):
            for key, owner in hidden.items():
                self._add(key, channel, self.number(), self.people[owner], declared=False)
        for key in (*PRIVATE_MAIL, PRIVATE_MAIL_UNDECLARED):
            declared = key != PRIVATE_MAIL_UNDECLARED
            address, style = self._private_address(self.people[key]), PRIVATE_MAIL_EXPORTED.get(key, "")
            self._add(f"P{key[1:]}", "email", address, self.people[key], declared=declared, style=style)
        self._add(LINKEDIN, "linkedin", self._profile(self.people[LINKEDIN]), self.people[LINKEDIN], exported=True)

    def _add(
        self,
        key: str,
        channel: str,
        address: str,
        person: Person,
        ownership: str = "private",
        declared: bool = True,
        used: bool = True,
        exported: bool = False,
        style: str = "",
    ) -> Account:
        account = Account(key, channel, address, person, ownership, declared, used, exported or bool(style), style)
        self.accounts[channel, key] = account
        return account

    def _outsiders(self, extra: int) -> None:
        for letter, count in OUTSIDERS.items():
            for place in range(1, count + 1):
                self._outsider(f"{letter}{place}")
        for tail in FAMILIES:
            person = self._outsider(f"F{tail}")
            person.surname = self.people[f"C{tail}"].surname
        for place in range(extra):
            self._outsider(f"X{place}")

    def _outsider(self, key: str) -> Person:
        given = self.given.pop() if self.given else self.draw.choice(sections("names.txt")["given"])
        surname = self.surnames.pop() if self.surnames else self.draw.choice(sections("names.txt")["surname"])
        sort = key[0]
        organisation = {
            "S": self.firms[len(self.people) % len(self.firms)],
            "X": self.firms[len(self.people) % len(self.firms)],
            "J": self.draw.choice(sections("facts.txt")["paper"]),
            "E": "outside expert",
        }.get(sort, "")
        role = {"S": "supplier", "X": "supplier", "J": "journalist", "F": "family"}.get(sort, "")
        role = role or EXPERT_ROLES[(int(key[1:]) - 1) % len(EXPERT_ROLES)]
        person = self.people[key] = Person(key, given, surname, role, organisation)
        return person

    def _outside_account(self, channel: str, person: Person) -> Account:
        if channel == "email":
            address = self._outside_address(person)
        elif channel == "linkedin":
            address = self._profile(person)
        else:
            address = person.numbers.setdefault("mobile", "") or self.number()
            person.numbers["mobile"] = address
        return self._add(person.key, channel, address, person, "outside", declared=False)

    def _private_address(self, person: Person) -> str:
        mailer = self.draw.choice(sections("names.txt")["mailer"])
        local = self.draw.choice(
            (f"{person.given}{person.surname}", f"{person.given[0]}.{person.surname}", person.given)
        )
        return f"{local}{self.draw.randint(2, 98)}@{mailer}.example".lower().replace("-", "")

    def _outside_address(self, person: Person) -> str:
        if person.key[0] == "F":
            return self._private_address(person)
        house = "".join(letter for letter in person.organisation.lower() if letter.isalpha()) or "mail"
        local = f"{person.given}.{person.surname}".lower().replace("-", "")
        return f"{local}@{house.removeprefix('the')}.example"

    def _profile(self, person: Person) -> str:
        slug = f"{person.given}-{person.surname}".lower()
        return f"https://www.linkedin.example/in/{slug}-{self.draw.randint(100, 999)}"
