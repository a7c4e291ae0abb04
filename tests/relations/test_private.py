"""Private messages where a name stands for one of several accounts of a custodian, and nothing tells for which."""

from analysis import Matter, relations
from handmade import fill, matter_folder, row


def _private(tmp_path, ownership: str) -> int:
    """Private messages on WhatsApp when Bob has a second account there and nothing of his is credited to either."""
    matter = Matter.open(matter_folder(tmp_path / ownership), out=tmp_path / "reports")
    fill(matter.store)
    bob = {"channel": "whatsapp", "custodian_id": "C2", "person_id": "bob", "declared": True}
    matter.store.write("accounts", [
        row("accounts", account_id="A2", address="+447700900002", ownership="private", **bob),
        row("accounts", account_id="A9", address="+447700900008", ownership=ownership, **bob),
    ])  # fmt: skip
    known = matter.store.read("credits")
    matter.store.write("credits", known[known["account_id"] != "A2"])
    return int(relations.private_use(matter).set_index("channel")["n_private"]["whatsapp"])


def test_it_counts_when_all_the_accounts_it_may_be_are_private(tmp_path):
    assert _private(tmp_path, "private") == 15  # every message of the group, which Bob sent or received
    assert _private(tmp_path, "official") == 0


def test_an_account_counts_a_message_once_and_none_that_is_wholly_suspect(tmp_path):
    matter = Matter.open(matter_folder(tmp_path / "m"), out=tmp_path / "reports")
    fill(matter.store)
    before = relations.account_activity(matter).set_index("account_id")[["sent", "received"]]
    assert before.loc["A1"].tolist() == [7, 14]
    messages = matter.store.read("messages")
    messages.loc[messages["message_id"] == "m000", "suspect"] = "pasted_header"
    matter.store.write("messages", messages)
    after = relations.account_activity(matter).set_index("account_id")[["sent", "received"]]
    assert after.loc["A1"].tolist() == [6, 14]
