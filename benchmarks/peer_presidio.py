"""Presidio's pattern recognisers on a JSON list of texts: seconds and spans, as one JSON line. Runs in its own venv."""

import json
import sys
import time
from pathlib import Path

from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    NhsRecognizer,
    PhoneRecognizer,
    UkNinoRecognizer,
)

texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
kinds = (NhsRecognizer, UkNinoRecognizer, PhoneRecognizer, EmailRecognizer, CreditCardRecognizer, IbanRecognizer)
rules = [kind(supported_regions=["GB", "US"]) if kind is PhoneRecognizer else kind() for kind in kinds]
spans, start = [], time.process_time()
for row, text in enumerate(texts):
    for rule in rules:
        for one in rule.analyze(text, rule.supported_entities, None) or []:
            spans.append([row, one.start, one.end, one.entity_type])
print(json.dumps({"seconds": time.process_time() - start, "spans": spans}))
