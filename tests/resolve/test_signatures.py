"""What people put under their mail as evidence of who they are: enough of it, of one writer, in their own words."""

import pytest

from analysis import passages, resolve
from received import matter, take

MAIL = "From: {sender}\nTo: x@else.example\nDate: Mon, 2 Mar 2020 09:0{n}:00 +0000\nMessage-ID: <{n}@a>\n\n{body}\n"
SMS = (
    '<?xml version="1.0" encoding="UTF-8"?><smses count="1"><sms protocol="0" address="+447700900123" '
    'date="1583139600000" type="1" body="Ring me" read="1" status="-1" /></smses>'
)
CUSTODIANS = "custodian_id,name,role,organisation,from_on,to_on\nC1,Jane Okafor,,,,\n"
SIGNED = "On my way ({n}).\n\nKind regards,\nTom\nM: +44 (0)7700 900 123 | Nightingale Ltd"
UNCLOSED = "On my way ({n}).\n\nTom Ford\nMob 07700 900123"
QUOTED = "Fine ({n}).\n\n> Kind regards,\n> Tom\n> 07700 900123"
BELOW = "Fine ({n}).\n\nOn 1 March 2020 Tom wrote:\nKind regards,\nTom\n07700 900123"
TOM, ANN = "tom@nightingale.example", "ann@nightingale.example"


def solved(folder, *mails):
    (folder / "matter").mkdir(parents=True)
    (folder / "matter" / "matter.toml").write_text('[matter]\nid = "m"\nofficial_domains = ["dept.example"]\n')
    files = {f"m/{n}.eml": MAIL.format(n=n, sender=sender, body=body.format(n=n))
             for n, (sender, body) in enumerate(mails)}  # fmt: skip
    opened = matter(folder, {**files, "s/sms.xml": SMS}, custodians=CUSTODIANS)
    return resolve.people(take(opened), opened)


def owner(resolution, normal):
    return resolution.identities.set_index("normal")["person_id"][normal]


def verdicts(resolution, rule="signature_number"):
    return resolution.merges.loc[resolution.merges["rule"] == rule, "verdict"].tolist()


@pytest.mark.parametrize("ending", [SIGNED, UNCLOSED])
def test_a_number_under_several_mails_is_the_writers(tmp_path, ending):
    made = solved(tmp_path, (TOM, ending), (TOM, ending))
    assert owner(made, TOM) == owner(made, "+447700900123")
    row = made.merges.set_index("rule").loc["signature_number"]
    assert (row["tier"], row["verdict"]) == ("probable", "auto")
    assert row["why"].startswith("2 mails from here end with this number") and row["evidence"].startswith("m/")


@pytest.mark.parametrize(
    "mails",
    [
        [(TOM, SIGNED)],
        [(TOM, SIGNED), (TOM, SIGNED.replace("{n}", "0"))],
        [(TOM, QUOTED), (TOM, QUOTED)],
        [(TOM, BELOW), (TOM, BELOW)],
        [("office@nightingale.example", SIGNED), ("office@nightingale.example", SIGNED)],
        [(TOM, "Her number is 07700 900123, ring her ({n})" + "\n\nmore" * 9), (TOM, "07700 900123 ({n})" + "\nmore" * 9)],
    ],
    ids=["one mail", "the same mail twice", "quoted", "of the mail below", "role mailbox", "in the text"],
)  # fmt: skip
def test_what_is_no_signature_says_nothing(tmp_path, mails):
    made = solved(tmp_path, *mails)
    assert verdicts(made) == []
    assert owner(made, mails[0][0]) != owner(made, "+447700900123")


def test_a_number_that_several_mailboxes_sign_with_is_for_a_reviewer(tmp_path):
    made = solved(tmp_path, (TOM, SIGNED), (TOM, SIGNED), (ANN, SIGNED), (ANN, SIGNED))
    assert verdicts(made) == ["unsure", "unsure"]
    assert len({owner(made, one) for one in (TOM, ANN, "+447700900123")}) == 3
    assert "1 other mailbox" in made.merges["why"].str.cat(sep=" ")


def test_the_name_under_mails_of_a_mailbox_that_shows_none(tmp_path):
    signed = "Yes ({n}).\n\nBest wishes\nDr Jane Okafor MP\nSent from my phone"
    made = solved(tmp_path, ("fox77@post.example", signed), ("fox77@post.example", signed))
    assert verdicts(made, "signature_name") == ["auto"]
    person = made.people.set_index("person_id")["custodian_id"]
    assert person[owner(made, "fox77@post.example")] == "C1"


def test_a_mailbox_that_several_people_sign_is_nobodys(tmp_path):
    text = "custodian_id,name,role,organisation,from_on,to_on\nC1,Jane Okafor,,,,\nC2,Ravi Menon,,,,\n"
    (tmp_path / "matter").mkdir()
    (tmp_path / "matter" / "matter.toml").write_text('[matter]\nid = "m"\nofficial_domains = ["dept.example"]\n')
    names = ["Jane Okafor", "Jane Okafor", "Ravi Menon", "Ravi Menon"]
    files = {f"m/{n}.eml": MAIL.format(n=n, sender="fox77@post.example", body=f"Yes {n}.\n\nThanks,\n{name}")
             for n, name in enumerate(names)}  # fmt: skip
    opened = matter(tmp_path, files, custodians=text)
    assert verdicts(resolve.people(take(opened), opened), "signature_name") == ["unsure", "unsure"]


def test_ending_is_the_writers_own():
    assert passages.ending("Hi\n\nThanks,\nTom\n07700 900123\n> Best,\n> Ann") == ["Tom", "07700 900123"]
    assert passages.ending("one\ntwo") == ["one", "two"]
    assert passages.ending("") == []
