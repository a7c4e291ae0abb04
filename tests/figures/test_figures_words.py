"""Words that speak loudest, drawn in their message, personal data masked."""

import pandas as pd

from analysis.figures import words

TEXT = "<b>Mrs Ann Example</b> wants the contract, not cake"


def test_words_are_marked_and_secrets_masked() -> None:
    at = TEXT.index("Ann")
    spans = [
        (at, at + 3, 0.9),
        (TEXT.index("contract"), TEXT.index("contract") + 8, 0.5),
        (len(TEXT) - 4, len(TEXT), -0.7),
    ]
    rows = pd.DataFrame({"message_id": ["m1", "m2"], "margin": [1.0, -1.0], "opens": ["threads/t.html#m-m1", "x"],
                         "text": [TEXT, "y" * 900], "spans": [spans, []]})  # fmt: skip
    pieces = pd.DataFrame([{"message_id": "m1", "scheme": "personal", "label": "name", "where": "body", "start": at,
                            "end": at + 11}])  # fmt: skip
    page = words(rows, pieces, "Messages")._repr_html_()
    assert "Ann" not in page and "<em>[name]</em>" in page and "&lt;b&gt;Mrs " in page
    assert '<b title="+0.50">contract</b>' in page and '<s title="-0.70">cake</s>' in page
    assert 'href="threads/t.html#m-m1"' in page and "y" * 400 + "…" in page and "y" * 401 not in page
