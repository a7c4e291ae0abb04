"""The publication edition: what is withheld is found in all its forms, and one hit stops the edition."""

import base64
import zipfile
from pathlib import Path

import pytest

from analysis.errors import AnalysisError
from analysis.matter import Matter
from analysis.report import ledger, run, verify
from analysis.report.publication import publish, search
from analysis.report.publication.proof import unpublished
from analysis.report.publication.redaction import Redactor
from analysis.report.publication.withheld import Withheld, own_words
from tiny_matter import NAME


@pytest.fixture
def held() -> Withheld:
    made = Withheld()
    made.add_name("Dr Catrin Nakamura", "name", "Custodian 1")
    made.add_name("May Engine", "name", "Custodian 2")
    made.add("+447700900632", "handle", "[handle]")
    made.add("c.nakamura@home.example", "handle", "[handle]")
    made.add("Response core (daily)", "conversation", "[conversation]")
    return made


@pytest.mark.parametrize(
    "text",
    [
        "Catrin Nakamura", "CATRIN  NAKAMURA", "Nakamura, Catrin", "C. Nakamura", "Nakamura C", "nakamura", "Catrín",
        "catrinnakamura", "cnakamura", "07700 900632", "+44 (0)7700-900-632", "0044 7700 900 632", "447700900632",
        "C.Nakamura@home.example", "response-core daily", "May Engine", "engine, may",
    ],
)  # fmt: skip
def test_every_form_is_found_and_replaced(held: Withheld, text: str) -> None:
    clean, taken = held.replaced(f"said to {text} at noon")
    assert taken, text
    assert clean.startswith("said to ")
    assert clean.endswith(" at noon")
    assert not list(held.find(clean))


@pytest.mark.parametrize("text", ["in May 2020", "an engine was made", "the response", "17700900631", "Catrinette"])
def test_what_only_looks_alike_stays(held: Withheld, text: str) -> None:
    assert {"may", "engine", "response"} <= own_words()
    assert held.replaced(text) == (text, [])


def test_the_search_opens_what_a_reader_could_open(held: Withheld, tmp_path: Path) -> None:
    drawn = base64.b64encode(b"<svg><text>Nakamura</text></svg>").decode()
    places = {
        "entity.html": "<p>Catrin &#78;akamura</p>", "alt.html": '<img alt="C. Nakamura" src="data:,">',
        "picture.html": f'<img src="data:image/svg+xml;base64,{drawn}">', "rows.jsonl": '{"x": "07700 900632"}',
        "clean.html": "<p>Custodian 1 in May</p>",
    }  # fmt: skip
    for name, text in places.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as bundle:
        bundle.writestr("inner.txt", "nakamura")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\ntEXtAuthor\x00Catrin Nakamura\x00\xff")
    (tmp_path / "Nakamura.txt").write_text("nothing", encoding="utf-8")
    hits = {hit.file for hit in search(tmp_path, held)}
    assert hits == {"Nakamura.txt", "bundle.zip", "picture.png"} | {name for name in places if name != "clean.html"}
    assert "akamura" not in "".join(str(hit) for hit in search(tmp_path, held) if hit.file != "Nakamura.txt")


def test_a_body_keeps_common_words_and_loses_names_numbers_and_addresses(published: Matter, held: Withheld) -> None:
    redactor = Redactor(published, held)
    clean = redactor.body("the line for Pennarth Quorvane is 55512345, see https://x.example or write to a.b@c.example")
    assert clean == "the line for [name] [name] is [number], see [address] or write to [address]"
    assert redactor.counts["name"] == 2


def _small(row: dict[str, object], n: int, unit: str) -> dict[str, object]:
    return row | {"unit": unit, "n": n, "value": float(n), "of": 90, "statement": f"Of them {n} were."}


def test_small_counts_of_people_are_suppressed_and_censuses_are_not(published: Matter, held: Withheld) -> None:
    row = ledger.findings(published)[0]
    redactor = Redactor(published, held)
    made = redactor.finding(_small(row, 3, "people"))
    assert (made["n"], made["value"]) == (None, None)
    assert "3" not in made["statement"]
    assert redactor.finding(_small(row, 3, "accounts"))["n"] == 3
    assert redactor.finding(_small(row, 30, "people"))["n"] == 30
    assert redactor.finding(row | {"finding_id": "F8.loss.Nakamura"})["finding_id"] == "F8.loss.p-custodian-1"


def test_an_edition_is_clean_verified_and_gone_when_it_would_leak(
    published: Matter, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = publish(published, ledger.findings(published))
    text = "".join(path.read_text(encoding="utf-8") for path in index.parent.iterdir())
    assert NAME not in text
    for row in published.store.read("messages").itertuples():
        assert row.message_id not in text
    assert verify(published) == []
    page = index.parent / "finding-F1.html"
    page.write_text(page.read_text(encoding="utf-8") + "<!-- -->", encoding="utf-8")
    assert any("publication edition has changed" in str(problem) for problem in verify(published))
    monkeypatch.setattr(Redactor, "text", lambda self, text: text)
    row = ledger.findings(published)[0] | {"statement": "As +447700900123 wrote to Ada."}
    known = published.store.read("identities")
    leaked = known[known["kind"] == "phone"]["normal"].iloc[0]
    with pytest.raises(AnalysisError, match=r"not clean.*finding-F1\.html.*name"):
        publish(published, [row | {"statement": f"As {leaked} wrote."}])
    assert not index.exists()


def test_an_unpublished_message_is_found_by_its_words(published: Matter, tmp_path: Path) -> None:
    rows = published.store.read("messages")
    body = "alpha bravo charlie delta echo foxtrot golf hotel india"
    published.store.write("messages", rows.assign(body=body))
    (tmp_path / "page.html").write_text(f"<p>{body}</p>", encoding="utf-8")
    assert {hit.rule for hit in search(tmp_path, Withheld(), unpublished(published, []))} == {"message not published"}
    assert search(tmp_path, Withheld(), unpublished(published, [body])) == []


def test_an_edition_is_kept_while_nothing_it_rests_on_has_changed_and_gone_when_something_has(
    published: Matter, books: Path
) -> None:
    def made(edition: str = "internal") -> Path:
        run(published, folder=books, edition=edition)
        return published.out / "publication" / "index.html"

    first = made("publication")
    written = (first.stat().st_ino, first.read_bytes())
    assert (made().stat().st_ino, made("publication").stat().st_ino) == (written[0], written[0])
    first.write_bytes(written[1] + b"<!-- -->")
    assert made("publication").read_bytes() == written[1]
    rows = published.folder / "registers" / "custodians.csv"
    rows.write_text(rows.read_text(encoding="utf-8") + "eve,Eve Example\n", encoding="utf-8")
    assert not made().exists()
    assert made("publication").is_file()
