"""Mail sent on behalf of somebody: evidence that two mailboxes are two people, unless they share a name."""

from analysis import resolve
from received import matter, take

MAIL = "From: {author}\nSender: {agent}\nTo: x@else.example\nDate: Mon, 2 Mar 2020 09:0{n}:00 +0000\nMessage-ID: <{n}@a>\n\nHello\n"
MINISTER, OFFICE = "Jane Okafor <minister@dept.example>", "Sam Duty <jane.okafor@dept.example>"
CUSTODIANS = "custodian_id,name,role,organisation,from_on,to_on\nC1,Jane Okafor,,,,\n"
OWN = "C1,email,minister@dept.example,official,\n"
ACCOUNTS = f"custodian_id,channel,address,ownership,declared_on\n{OWN}"


def solved(folder, agent, accounts=ACCOUNTS):
    (folder / "matter").mkdir(parents=True)
    (folder / "matter" / "matter.toml").write_text('[matter]\nid = "m"\nofficial_domains = ["dept.example"]\n')
    files = {"m/1.eml": MAIL.format(n=1, author=MINISTER, agent=agent)}
    opened = matter(folder, files, accounts=accounts, custodians=CUSTODIANS)
    return resolve.people(take(opened), opened)


def one_person(resolution):
    found = resolution.identities.set_index("normal")["person_id"]
    return found["jane.okafor@dept.example"] == found["minister@dept.example"]


def test_the_mailbox_that_sends_for_another_is_somebody_else(tmp_path):
    made = solved(tmp_path / "a", OFFICE)
    assert not one_person(made)
    assert made.merges["why"].str.contains("sends on behalf of the other: m/1.eml", regex=False).any()
    assert "dept.example" not in " ".join(made.people["label"]), "for whom somebody sends is not their name"


def test_a_name_in_common_leaves_it_open_and_the_register_settles_it(tmp_path):
    assert one_person(solved(tmp_path / "a", "Jane Okafor <jane.okafor@dept.example>"))
    assert one_person(solved(tmp_path / "b", OFFICE, ACCOUNTS + OWN.replace("minister", "jane.okafor")))
