"""The invented matter: its structure, its safety, its size and its determinism."""

import csv
import email
import hashlib
import io
import mailbox
import re
import sqlite3
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from analysis.errors import EvidenceError, ParameterError
from analysis.sample import cast, write
from analysis.sample.draws import nhs_number
from support import ROOT

SAMPLE = ROOT / "data" / "sample"
HEADS = {
    ".txt": re.compile(r"^\d{1,2}/\d{1,2}/\d{2,4}, \d{1,2}:\d\d(?: [apAP][mM])? - (.*)$", re.MULTILINE),
    ".zip": re.compile(r"^\u200e?\[\d\d/\d\d/\d{4}, \d{1,2}:\d\d:\d\d(?:\u202f[ap]m)?\] (.*)$", re.MULTILINE),
}
SYSTEM = re.compile(
    r": \u200e(?!This message|You deleted|.* omitted|<attached)|^[^:]* (created group|changed the subject)"
)
LIMIT = 8_000_000
# surnames of people who held ministerial or comparable office in the United Kingdom, 2019 to 2022
MINISTERS = frozenset(
    "Hancock Bethell Whately Johnson Sunak Javid Zahawi Gove Patel Raab Williamson Jenrick Shapps Truss Wallace Sharma "
    "Kwarteng Dowden Eustice Coffey Buckland Barclay Argar Churchill Dorries Maclean Frost Trevelyan Morgan Leadsom "
    "Cummings Cain Case Vallance Whitty Harding Keegan Throup Kamall Caulfield Hinds Smith Lewis Hart Jack Braverman "
    "Donelan Ford Gibb Stewart Malthouse Philp Atkins Foster Scully Berry Hunt May Grayling Rutley Quince Penrose "
    "Wormald Wild Deighton Feldman Coe Starmer Ashworth Drakeford Sturgeon Burnham Khan".split()
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "small"
    write(folder, messages=1500, seed=3)
    return folder


@pytest.fixture(scope="module", params=["committed", "small"])
def matter(request):
    return SAMPLE if request.param == "committed" else request.getfixturevalue("small")


def rows(matter, *path):
    with (matter.joinpath(*path)).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def hashes(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files(folder)}


def test_same_seed_same_bytes(small, tmp_path):
    write(tmp_path / "small", messages=1500, seed=3)
    assert hashes(tmp_path / "small") == hashes(small)


def test_committed_sample_is_what_the_program_writes(tmp_path):
    write(tmp_path / "sample")
    committed = hashes(SAMPLE)
    committed.pop("judgements/labels.csv")  # verdicts name messages by the ids of finished tables: `--judged`
    assert hashes(tmp_path / "sample") == committed


def test_another_seed_has_other_people_and_the_same_accounts(small):
    ours, theirs = rows(SAMPLE, "truth", "accounts.csv"), rows(small, "truth", "accounts.csv")
    columns = ("channel", "custodian_id", "declared", "used", "exported")
    assert [[row[c] for c in columns] for row in ours] == [[row[c] for c in columns] for row in theirs]
    names = [{row["name"] for row in rows(side, "registers", "custodians.csv")} for side in (SAMPLE, small)]
    assert len(names[0]) == 32
    assert not names[0] & names[1]


def test_accounts_in_use(matter):
    accounts = rows(matter, "truth", "accounts.csv")
    used = [row for row in accounts if row["used"] == "1" and row["ownership"] == "private"]
    hidden = [row for row in used if row["declared"] == "0"]
    assert Counter(row["channel"] for row in used) == {"whatsapp": 29, "sms": 17, "email": 8, "linkedin": 1}
    assert Counter(row["channel"] for row in hidden) == {"whatsapp": 3, "sms": 2, "email": 1}
    assert not [row for row in hidden if row["exported"] == "1"]
    assert sum(row["exported"] == "1" for row in accounts if row["ownership"] == "official") >= 8
    senders = {(row["channel"], row["sender_address"]) for row in rows(matter, "truth", "messages.csv")}
    assert {(row["channel"], row["address"]) for row in used} <= senders


def test_register_leaves_out_six_and_names_one_never_used(matter):
    declared = {(row["channel"], row["address"]) for row in rows(matter, "registers", "accounts.csv")}
    truth = rows(matter, "truth", "accounts.csv")
    missing = {(row["channel"], row["address"]) for row in truth} - declared
    unused = [row["address"] for row in truth if row["used"] == "0"]
    assert len(missing) == 6
    assert not {address for _, address in missing} & {address for _, address in declared}
    assert len(unused) == 1
    everything = "".join(text_of(path) for path in files(matter / "evidence"))
    assert unused[0] not in everything
    assert f"{unused[0][:3]} {unused[0][3:7]} {unused[0][7:]}" not in everything


def test_every_undeclared_account_can_be_discovered(matter):
    names = {row["custodian_id"]: row["name"] for row in rows(matter, "registers", "custodians.csv")}
    labels = [(row["label"], row["address"]) for row in rows(matter, "registers", "contacts.csv")]
    mail = "".join(text_of(path) for path in files(matter / "evidence") if "-mail" in str(path))
    for row in rows(matter, "truth", "accounts.csv"):
        if row["declared"] == "0":
            name, address = names[row["custodian_id"]], row["address"]
            in_book = any(name in label and address == number for label, number in labels)
            assert in_book or f"{name} <{address}>" in mail


def test_messages_and_copies(matter):
    messages, copies = rows(matter, "truth", "messages.csv"), rows(matter, "truth", "copies.csv")
    assert len(messages) == (8000 if matter == SAMPLE else 1500)
    assert {row["truth_id"] for row in copies} == {row["truth_id"] for row in messages}
    assert all((matter / path).is_file() for path in {row["path"] for row in copies})
    if matter == SAMPLE:
        assert 13_500 < len(copies) < 16_500


def test_every_other_truth_file_joins(matter):
    ids = {row["truth_id"] for row in rows(matter, "truth", "messages.csv")}
    for name in ("recipients", "absences", "captures", "markings", "personal", "business", "missed_requests"):
        found = {row["truth_id"] for row in rows(matter, "truth", f"{name}.csv")}
        assert found
        assert found <= ids
    for name in ("absences", "events", "offsets", "labels", "suspects"):
        assert all((matter / path).exists() for path in {row["path"] for row in rows(matter, "truth", f"{name}.csv")})
    refs = {row["ref"] for row in rows(matter, "registers", "requests.csv")}
    assert {row["ref"] for row in rows(matter, "truth", "missed_requests.csv")} <= refs


def test_captured_messages_lie_in_official_mail_and_answer_no_missed_request(matter):
    captures = rows(matter, "truth", "captures.csv")
    official = "".join(text_of(path) for path in files(matter / "evidence") if "official-mail" in str(path))
    assert all(row["official_message_id"] in official for row in captures)
    assert {"quote", "paste", "transcript", "attachment"} <= {row["kind"] for row in captures}
    missed = {row["truth_id"] for row in rows(matter, "truth", "missed_requests.csv")}
    assert not missed & {row["truth_id"] for row in captures}


def test_sources_register_matches_the_files(matter):
    sources = rows(matter, "registers", "sources.csv")
    listed = {row["path"]: row for row in sources}
    covered = set()
    for path in files(matter / "evidence"):
        name = path.relative_to(matter / "evidence").as_posix()
        above = [one.relative_to(matter / "evidence").as_posix() for one in (path.parent, path.parent.parent)]
        row = next(listed[one] for one in (name, *above) if one in listed)
        covered.add(row["path"])
        if row["sha256"]:
            assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert covered == set(listed)


def test_text_exports_hold_as_many_records_as_truth_says(matter):
    expected = Counter(row["path"] for row in rows(matter, "truth", "copies.csv"))
    traps = {
        row["path"]
        for row in rows(matter, "truth", "suspects.csv")
        if row["why"] == "pasted_header" and row["line"].startswith("[") == row["path"].endswith(".zip")
    }
    for path in files(matter / "evidence"):
        if "whatsapp" in str(path) and path.suffix in HEADS:
            found = [line.group(1) for line in HEADS[path.suffix].finditer(text_of(path))]
            named = [line for line in found if ": " in line and not SYSTEM.search(line)]
            name = path.relative_to(matter).as_posix()
            assert len(named) == expected[name] + (name in traps), name


def test_mailboxes_split_into_as_many_mails(matter):
    expected = Counter(row["path"] for row in rows(matter, "truth", "copies.csv"))
    for path in files(matter / "evidence"):
        if path.suffix == ".mbox":
            box = mailbox.mbox(path, create=False)
            assert len(box) == expected[path.relative_to(matter).as_posix()]
            assert all(mail["Message-ID"] and mail["Date"] for mail in box)
        elif path.suffix == ".eml":
            assert email.message_from_bytes(path.read_bytes())["Message-ID"]


def test_bodies_hash_as_stated(matter):
    truth = {row["truth_id"]: row["body_sha256"] for row in rows(matter, "truth", "messages.csv")}
    path = next(path for path in files(matter / "evidence") if path.suffix == ".mbox" and "official" in str(path))
    copies = [row for row in rows(matter, "truth", "copies.csv") if row["path"] == path.relative_to(matter).as_posix()]
    for row, mail in zip(copies, mailbox.mbox(path, create=False), strict=True):
        part = mail.get_payload(0) if mail.is_multipart() else mail
        body = part.get_payload(decode=True).decode().rstrip("\n")
        body = re.sub(r"^>(>*From )", r"\1", body, flags=re.MULTILINE)
        assert hashlib.sha256(body.encode()).hexdigest()[:16] == truth[row["truth_id"]]


def test_spans_hold_the_values():
    bodies = {}
    for path in files(SAMPLE / "evidence"):
        if path.suffix == ".eml":
            part = email.message_from_bytes(path.read_bytes())
            part = part.get_payload(0) if part.is_multipart() else part
            bodies[path.relative_to(SAMPLE).as_posix()] = part.get_payload(decode=True).decode().replace("\r\n", "\n")
    of = {row["truth_id"]: row["path"] for row in rows(SAMPLE, "truth", "copies.csv") if row["path"] in bodies}
    checked = 0
    for row in rows(SAMPLE, "truth", "personal.csv"):
        if row["truth_id"] in of and row["where"] == "body":
            assert bodies[of[row["truth_id"]]][int(row["start"]) : int(row["end"])] == row["value"]
            checked += 1
    assert checked > 10


def test_only_safe_numbers_and_domains(matter):
    for path in [*files(matter / "evidence"), *files(matter / "registers"), *files(matter / "policies")]:
        text = text_of(path)
        for domain in re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text) + re.findall(r"https?://([\w.-]+)", text):
            assert domain.endswith((".example", ".example.com", ".test", "s.whatsapp.net", "g.us")), (path.name, domain)
        for number in re.findall(r"(?:\+44|\b0)[ ]?\d[\d ]{8,12}\d\b", text):
            plain = re.sub(r"\D", "", number)
            plain = "44" + plain[1:] if plain.startswith("0") else plain
            assert plain.startswith(("447700900", "442079460")), (path.name, number)


def test_nhs_and_insurance_numbers_are_test_numbers(matter):
    values = rows(matter, "truth", "personal.csv")
    numbers = [re.sub(r"\D", "", row["value"]) for row in values if row["label"] == "nhs_number"]
    assert numbers
    assert all(number.startswith("999") and nhs_number(number[:9]) == number for number in numbers)
    assert all(row["value"].startswith("QQ") for row in values if row["label"] == "nino")
    assert all(row["value"].startswith("ZZ99 ") for row in values if row["label"] == "postcode")
    everything = "".join(text_of(path) for path in files(matter / "evidence"))
    assert not re.findall(r"\b(?!QQ)[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]\b", everything)
    stray = re.findall(r"NHS (?:number )?(\d{3}[ -]?\d{3}[ -]?\d{4})", everything)
    assert all(number.startswith("999") for number in stray)


def test_no_name_of_a_real_minister(matter):
    assert not {row["name"].split()[-1] for row in rows(matter, "truth", "people.csv")} & MINISTERS


def test_committed_sample_is_small_and_says_it_is_invented():
    assert sum(path.stat().st_size for path in files(SAMPLE)) <= LIMIT
    assert "invented" in (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert "invented = true" in (SAMPLE / "matter.toml").read_text(encoding="utf-8")


def test_long_messages_are_mostly_distinct():
    owner = {}
    for row in rows(SAMPLE, "truth", "messages.csv"):
        owner.setdefault(row["body_sha256"], []).append(row)
    short = {hashlib.sha256(text.encode()).hexdigest()[:16] for text in short_texts()}
    distinct = sum(1 for digest in owner if digest not in short)
    n_long = sum(len(found) for digest, found in owner.items() if digest not in short)
    assert distinct / n_long > 0.97
    threads = Counter(row["thread"] for row in rows(SAMPLE, "truth", "messages.csv"))
    assert len(threads) > 200


def short_texts():
    """Bodies under 36 letters, from every text export and backup."""
    found = {""}
    for path in files(SAMPLE / "evidence"):
        if "whatsapp" in str(path):
            for line in text_of(path).split("\n"):
                found.add(line.partition(": ")[2])
                found.add(line)
        elif path.suffix == ".xml":
            found.update(re.findall(r'body="([^"]*)"', text_of(path)))
    return {text for text in found if len(text) < 36}


def test_refuses_a_full_folder_and_a_tiny_matter(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    with pytest.raises(EvidenceError, match="not empty"):
        write(tmp_path / "full")
    with pytest.raises(ParameterError, match="too small"):
        write(tmp_path / "new", messages=10)


def test_progress_is_reported(tmp_path):
    seen = []
    write(tmp_path / "matter", messages=1000, seed=5, progress=lambda label, done, total: seen.append((done, total)))
    assert seen[-1] == (1000, 1000)
    assert seen == sorted(seen)
    assert (tmp_path / "matter" / "matter.toml").read_text(encoding="utf-8").count('id = "matter"') == 1


def test_structure_constants():
    assert len(cast.WHATSAPP) + len(cast.WHATSAPP_UNDECLARED) == 29
    assert len(cast.SMS) + len(cast.SMS_UNDECLARED) == 17


def text_of(path: Path) -> str:
    """A file of evidence as text; a zip must be sound, its chat is what counts; of databases and reports all texts."""
    if path.suffix in (".db", ".sqlite"):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
        connection.close()
        return "\n".join(cell for row in rows for cell in row if isinstance(cell, str))
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            return archive.read("_chat.txt").decode("utf-8")
    if path.suffix == ".ufdr":
        with zipfile.ZipFile(path) as archive:
            return archive.read("report.xml").decode("utf-8").replace("http://pa.cellebrite.com/report/2.0", "")
    if path.suffix == ".rsmf":
        package = email.message_from_bytes(path.read_bytes()).get_payload()[-1].get_payload(decode=True)
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            return archive.read("rsmf_manifest.json").decode("utf-8")
    return path.read_bytes().decode("utf-8")


def test_a_maildir_a_report_and_a_review_file_stand_beside_the_databases(matter):
    found = {path.relative_to(matter / "evidence").as_posix() for path in files(matter / "evidence")}
    assert {"C05/sms/phone.ufdr", "C19/sms/messages.rsmf", "C13/sms/sms.db", "C12/whatsapp/msgstore.db"} <= found
    assert any(re.search(r"/cur/\d+\.M\d+P\d+\.post;2,S$", path) for path in found)


def test_marks_receipts_and_gaps_of_the_databases_are_in_the_truth(matter):
    base = sqlite3.connect(f"{(matter / 'evidence/C12/whatsapp/msgstore.db').resolve().as_uri()}?mode=ro", uri=True)
    first, last, held = base.execute("SELECT min(_id), max(_id), count(*) FROM message").fetchone()
    marks = base.execute("SELECT count(*) FROM message_add_on_reaction").fetchone()[0]
    receipts = base.execute("SELECT count(*) FROM receipt_user").fetchone()[0]
    base.close()
    gaps = {row["path"].rpartition("/")[2]: int(row["n_missing"]) for row in rows(matter, "truth", "gaps.csv")}
    assert last - first + 1 - held == gaps["msgstore.db"]
    assert marks == len(rows(matter, "truth", "reactions.csv")) > 0
    assert receipts > marks
