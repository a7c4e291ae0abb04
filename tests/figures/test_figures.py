"""Pictures, tested by the data they draw, their words, and their bytes."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from analysis import figures, relations, studies
from analysis.figures import figure, style
from analysis.figures.network import network
from analysis.studies import communities, contacts, layout
from analysis.tables import channel_name

HOSTILE = "<script>alert('$x$')</script> \u202eevil \x1b[31m"


@pytest.fixture
def drawn(handmade, monkeypatch):
    """The canvas that the last figure was painted on."""
    kept = {}
    original = figure.draw

    def draw(paint, *rest, **facts):
        def keep(canvas):
            paint(canvas)
            kept["canvas"] = canvas

        return original(keep, *rest, **facts)

    for module in (figures.volume, figures.census, figures.coverage, network):
        monkeypatch.setitem(module.__globals__, "draw", draw)
    return kept


def all_figures(matter):
    edges, people = relations.edges(matter), relations.listing(matter, "people")
    tied, side = contacts.ties(edges), contacts.sides(people)
    names = contacts.labels(people, relations.listing(matter, "identities")) | {"dan": HOSTILE, "C2": HOSTILE}
    hours = relations.volumes(matter)
    community, _ = communities.communities(edges)
    accounts = studies.extent.private(relations.account_activity(matter))
    return {
        "volume": figures.volume(studies.volume.monthly(hours, matter.zone), matter),
        "rhythm": figures.rhythm(studies.volume.rhythm(hours, matter.zone), matter),
        "coverage": figures.coverage(relations.coverage(matter), names, matter),
        "census": figures.census(studies.extent.census(accounts), matter),
        "loss": figures.loss(studies.loss.loss(relations.holdings(matter)), names, matter),
        "matrix": figures.matrix(contacts.matrix(edges, community), names, community, matter, 40),
        "network": figures.network(tied, layout.positions(edges), names, side, matter),
        "memberships": _memberships(matter, names),
    }


def _memberships(matter, names):
    members, ends = relations.memberships_over(matter), (matter.scope.since, matter.scope.until)
    renamed = pd.DataFrame({"at": [pd.Timestamp("2020-04-01", tz="UTC")]})
    return figures.memberships(studies.groups.stays(members, *ends, "t-group"), renamed, HOSTILE, names, matter)


@pytest.fixture(scope="module")
def made(handmade):
    return all_figures(handmade)


NAMES = ("volume", "rhythm", "coverage", "census", "loss", "matrix", "network", "memberships")


@pytest.mark.parametrize("name", NAMES)
def test_says_what_it_is(made, name):
    picture = made[name]
    data, metadata = picture._repr_mimebundle_()
    facts = metadata["image/svg+xml"]
    assert facts["alt"] and facts["title"] and facts["unit"]
    assert f"n = {picture.n:,}" in facts["caption"]
    assert "01 Mar 2020 to 30 Jun 2020 (Europe/London)" in facts["caption"]
    assert picture.n > 0
    assert any(f"{table} " in facts["source"] for table in ("messages", "copies", "accounts"))
    assert data["image/svg+xml"] == picture.svg
    assert "\u202e" not in facts["alt"] + facts["caption"] + picture.svg


@pytest.mark.parametrize("name", NAMES)
def test_is_well_formed_and_holds_no_script(made, name):
    tree = ET.fromstring(made[name].svg)
    assert not [node for node in tree.iter() if node.tag.endswith(("script", "foreignObject"))]
    assert not [key for node in tree.iter() for key in node.attrib if key.lower().startswith("on")]
    assert "dc:date" not in made[name].svg
    addresses = [value for node in tree.iter() for key, value in node.attrib.items() if key.endswith("href")]
    assert all(value.startswith(("#", "data:image/png;base64,")) for value in addresses)


@pytest.mark.parametrize("name", NAMES)
def test_every_colour_has_a_twin_on_a_dark_ground(made, name):
    assert set(re.findall(r"#[0-9a-f]{6}\b", made[name].svg)) - set(style.DARK) == set()


def test_same_frame_same_bytes(handmade, made):
    again = all_figures(handmade)
    assert [name for name in NAMES if again[name].svg != made[name].svg] == []


def test_hostile_labels_stand_as_text(made):
    texts = " ".join(node.text or "" for node in ET.fromstring(made["loss"].svg).iter() if node.tag.endswith("text"))
    assert "<script>alert('$x$')" in texts


def test_volume_draws_the_counts(handmade, drawn):
    months = studies.volume.monthly(relations.volumes(handmade), handmade.zone)
    figures.volume(months, handmade)
    axes = drawn["canvas"].axes
    channels = sorted(months.channel.unique())
    assert [one.get_title(loc="left").split(":")[0] for one in axes] == list(map(channel_name, channels))
    for one, channel in zip(axes, channels, strict=True):
        heights = [bar.get_height() for bar in one.patches]
        assert heights == months[months.channel == channel].n_messages.tolist()


def test_census_draws_the_counts(handmade, drawn):
    counts = pd.DataFrame({"channel": ["sms"], "declared": [5], "observed": [6], "undeclared": [2], "unused": [1]})
    picture = figures.census(counts, handmade)
    assert [bar.get_width() for bar in drawn["canvas"].axes[0].patches] == [4, 2, 1]
    assert "6 observed, 2 of them undeclared, 1 declared but unseen" in picture.alt
    assert picture.n == 7


def test_coverage_marks_days_held(handmade, drawn):
    days = pd.DataFrame(
        {"custodian_id": "C1", "channel": "sms", "address": ["a@x", "a@x", "b@y"],
         "day_at": pd.to_datetime(["2020-03-01", "2020-03-04", "2020-03-06"], utc=True)}
    )  # fmt: skip
    figures.coverage(days, {"C1": "Ann"}, handmade)
    cells = np.asarray(drawn["canvas"].axes[0].images[0].get_array())
    grey, white = [list(to_rgb(one)) for one in (style.LINE, style.PAPER)]
    held, silent = cells[1, 0].tolist(), cells[1, 1].tolist()
    assert held not in (grey, white) and silent == grey
    assert cells[1].tolist() == [held, grey, grey, held, white, white]
    assert cells[0].tolist() == [white] * 5 + [held]
    assert [label.get_text() for label in drawn["canvas"].axes[0].get_yticklabels()] == ["Ann  SMS  y", "Ann  SMS  x"]


def test_network_keeps_the_strongest(handmade, drawn):
    edges = relations.edges(handmade)
    tied = contacts.ties(edges)
    picture = network(tied, layout.positions(edges), {}, pd.Series(dtype="str"), handmade, top=2)
    assert len(drawn["canvas"].axes[0].collections[0].get_segments()) == 1
    assert "the strongest ties only" in picture.title and picture.n == len({*tied.person, *tied.other})


def test_empty_frames_draw_empty_pictures(handmade):
    none = relations.edges(handmade).head(0)
    tied = contacts.ties(none)
    network(tied, layout.positions(none), {}, pd.Series(dtype="str"), handmade)
    figures.volume(studies.volume.monthly(relations.volumes(handmade).head(0), handmade.zone), handmade)
    figures.coverage(relations.coverage(handmade).head(0), {}, handmade)
    figures.loss(studies.loss.loss(relations.holdings(handmade).head(0)), {}, handmade)
    figures.matrix(contacts.matrix(none, pd.Series(dtype="int64")), {}, pd.Series(dtype="int64"), handmade, 0)
    accounts = relations.account_activity(handmade).head(0)
    figures.census(studies.extent.census(accounts), handmade)


def test_the_explorer_carries_text_and_opens_messages(handmade):
    edges, people = relations.edges(handmade), relations.listing(handmade, "people")
    spots = layout.positions(edges)
    still = figures.network(contacts.ties(edges), spots, {}, contacts.sides(people), handmade)
    packed = studies.encounters.packed(relations.encounters(handmade))
    threads = relations.listing(handmade, "threads")
    made = figures.explorer(still, packed, spots, {"dan": HOSTILE}, people, threads, handmade)
    data, shown = made.data, made._repr_mimebundle_()[0]
    assert shown["image/svg+xml"] == still.svg
    assert {row[1] for row in data["people"]} == {0, 1, 2} and "[U+202E]" in str(data["people"])
    assert sum(row[5] for row in data["rows"]) == edges.n_messages.sum()
    assert all(row[8].startswith("m") for row in data["rows"])
    assert [event[1] for event in data["events"]] == ["policy"]  # the new phone is one person's


def test_effort_names_each_rule_that_stopped_and_says_when_it_cannot_tell(handmade) -> None:
    played = [np.array([True] * 20 + [False] * 30 + [True] * 5 + [False] * 5)]
    stops = studies.replays.stops(played, 0.6)
    shown = figures.effort(studies.replays.curves(played), stops, 0.6, handmade, 60)
    assert "budget rule: 75% read, 80% found; 100% of trials reached it" in shown.alt and "knee" not in shown.alt
    assert "Half read, 80% of the business" in shown.alt and shown.n == 60
    few = studies.replays.orders(pd.DataFrame({"text": ["a"], "truth": [1.0]}))
    nothing = figures.effort(studies.replays.curves(few), studies.replays.stops(few), 0.6, handmade, 1)
    assert "Cannot tell" in nothing.alt and "Cannot tell" in nothing.svg
