"""What happened once stands once in a conversation, with everybody whose file records it."""

from datetime import timedelta

from analysis.matter import Matter
from analysis.report.evidence import Evidence
from analysis.report.exhibits import few
from analysis.report.frame import Frame
from analysis.report.transcripts import transcripts
from tiny_matter import START


def _shown(tiny: Matter, minutes: list[int], offset_s: float) -> str:
    """The tiny matter's conversations with one event for each number of minutes, recorded by its two files in turn."""
    sources = tiny.store.read("sources").source_id.tolist()
    event = tiny.store.arrow("events").to_pylist()[0]
    tiny.store.write("offsets", [{"source_id": sources[1], "offset_s": offset_s, "spread_s": 1.0, "n_pairs": 9,
                                  "basis": "pairs"}])  # fmt: skip
    tiny.store.write("events", [
        event | {"event_id": f"e{n}", "source_id": sources[n % 2], "at": START + timedelta(minutes=m), "value": "Kit & co"}
        for n, m in enumerate(minutes)
    ])  # fmt: skip
    evidence = Evidence(tiny)
    return "".join(text for _, text in transcripts(evidence, Frame(tiny, [])))


def test_two_files_with_clocks_apart_record_one_event(tiny: Matter) -> None:
    shown = _shown(tiny, [0, 65], 3600.0)
    assert shown.count("Kit &amp; co") == 1
    assert "Bob Example" in shown.partition("recorded by")[2].partition("</small>")[0]


def test_events_far_apart_and_a_file_that_records_two_stay_apart(tiny: Matter) -> None:
    assert _shown(tiny, [0, 65], 0.0).count("Kit &amp; co") == 2
    assert _shown(tiny, [0, 0, 1, 1], 0.0).count("Kit &amp; co") == 2


def test_an_exhibit_stands_with_its_neighbours_and_without_what_is_personal(tiny: Matter) -> None:
    first, beside = Evidence(tiny).beside(tiny.store.read("messages").message_id.iloc[0])[:2]
    row = {"finding_id": "F1", "exhibits": [first], "evidence": []}
    assert "shown for F1<" in few(Evidence(tiny), [row])
    assert few(Evidence(tiny), [row]).count('class="say near"') == 1
    facts = {"scheme": "business", "label": "personal", "score": 0.9, "method": "model", "rule": "x"}
    tiny.store.write("labels", [{"label_id": "l1", "message_id": beside, **facts}])
    shown = few(Evidence(tiny), [row])
    assert "Personal: not shown here" in shown
    assert f'id="m-{beside}"' not in shown
