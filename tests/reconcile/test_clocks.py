"""Hand-made clocks: hours wrong, a zone changed midway, the doubled hour, a drift; short repeats."""

import numpy as np
import pandas as pd
import pytest

from analysis import reconcile, resolve
from world import NAMES, World, matter, number, pair_scores

REGISTER = "custodian_id,name,role,organisation\n" + "".join(f"C{one},{NAMES[one]},,\n" for one in range(4))
N = 240


def solve(folder, clock, begun="2020-10-20 08:00", precision=("second",) * 3, fold=None):
    """A group of three phones; `clock(phone, n, at)` gives the seconds that phone's clock is ahead."""
    rng, world, truth = np.random.default_rng(5), World(), {}
    at = pd.Timestamp(begun, tz="UTC") + pd.to_timedelta(np.cumsum(rng.choice([20, 300, 4000], N)), unit="s")
    rooms = [
        world.thread(world.source(f"{one}.txt", f"C{one}", address=number(one)), "group", "Cell 🤫") for one in range(3)
    ]
    for n in range(N):
        sender = int(rng.integers(0, 4))
        body = rng.choice(["ok", "yes", "👍"]) if rng.random() < 0.4 else f"message {rng.integers(10**6)} about orders"
        for phone, room in enumerate(rooms):
            seen = (at[n] + pd.Timedelta(seconds=float(clock(phone, n, at[n])))).floor("s")
            copy = world.copy(room, world.identity(NAMES[sender], scope=f"C{phone}"), seen, str(body),
                              precision=precision[phone], fold=bool(fold and fold(at[n])))  # fmt: skip
            truth[copy] = n
    given = matter(folder, custodians=REGISTER)
    intake = world.intake()
    resolution = resolve.people(intake, given, reconcile.witnesses(intake, given))
    result = reconcile.messages(intake, resolution, given)
    found = result.copies.set_index("copy_id")["message_id"]
    paths = intake.sources.set_index("source_id")["path"]
    offset = result.offsets.assign(path=result.offsets["source_id"].map(paths)).set_index("path")["offset_s"]
    return pair_scores(truth, found), offset, result


@pytest.mark.parametrize(
    ("wrong", "precision", "allowed"),
    [(3600, ("second",) * 3, 5), (-7200, ("second", "minute", "second"), 30), (86_400, ("second",) * 3, 5),
     (-754, ("minute",) * 3, 30), (19_800, ("minute", "second", "minute"), 30), (2, ("second",) * 3, 5)],
)  # fmt: skip
def test_a_phone_that_is_wrong_all_the_time(tmp_path, wrong, precision, allowed):
    (pairs, recall), offset, result = solve(tmp_path, lambda phone, *_: wrong if phone == 1 else 0, precision=precision)
    assert pairs >= 0.999
    assert recall >= 0.995
    assert abs(offset["1.txt"] - wrong) <= allowed
    assert abs(offset["0.txt"]) <= allowed
    assert not (result.absences["kind"] == "absent").any()


def test_a_zone_changed_midway(tmp_path):
    """The clocks went back on 25 October 2020 at 01:00 UTC; one phone did not follow."""
    back = pd.Timestamp("2020-10-25 01:00", tz="UTC")
    (pairs, recall), _, result = solve(tmp_path, lambda phone, n, at: 3600 if phone == 1 and at >= back else 0)
    assert pairs >= 0.999
    assert recall >= 0.995
    assert not (result.absences["kind"] == "absent").any()


def test_the_doubled_hour(tmp_path):
    """Exports write wall time: in the hour that comes twice all phones may be an hour off, and say so."""
    first, last = (pd.Timestamp(f"2020-10-25 0{hour}:00", tz="UTC") for hour in (0, 2))
    (pairs, recall), offset, _ = solve(
        tmp_path, lambda phone, n, at: 3600 if phone == 2 and first <= at < last else 0, begun="2020-10-24 20:00",
        fold=lambda at: first <= at < last,
    )  # fmt: skip
    assert pairs >= 0.99
    assert recall >= 0.97
    assert offset.abs().max() <= 5


def test_a_clock_that_drifts(tmp_path):
    (pairs, recall), _, result = solve(tmp_path, lambda phone, n, at: n * 0.5 if phone == 1 else 0)
    assert pairs >= 0.999
    assert recall >= 0.995
    assert not (result.absences["kind"] == "absent").any()


def test_a_few_readings_that_stand_off_do_not_move_a_clock_read_to_the_minute(tmp_path):
    """A phone that stamps what it sends by its own clock, 95 s ahead, and what it receives by the network's."""

    def clock(phone, n, at):
        late = n % 20  # the moments of `solve` stand on full 20 seconds
        return late + {0: 95 if n % 4 == 0 else 0, 1: -(at.second + late) % -60, 2: 0}[phone]

    (pairs, recall), offset, _ = solve(tmp_path, clock, precision=("second", "minute", "second"))
    assert (pairs, recall) >= (0.999, 0.995)
    assert abs(offset["1.txt"]) <= 3
