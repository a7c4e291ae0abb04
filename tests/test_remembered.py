"""A pure function that remembers gives what it would have given, and no caller can spoil it for another."""

import pandas as pd

from analysis.remembered import remembered


def _counting() -> tuple[list[int], object]:
    turns: list[int] = []

    @remembered
    def doubled(frame: pd.DataFrame, times: int = 2) -> pd.DataFrame:
        turns.append(times)
        return frame * times

    return turns, doubled


def test_the_same_content_is_worked_out_once_however_it_lies_in_memory() -> None:
    turns, doubled = _counting()
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    again = pd.concat([frame.iloc[:1], frame.iloc[1:]])
    assert doubled(frame).equals(doubled(again)) and turns == [2]


def test_other_values_order_names_index_or_parameters_are_other_content() -> None:
    turns, doubled = _counting()
    frame = pd.DataFrame({"a": [1, 2, 3]})
    others = [frame, frame + 1, frame.iloc[::-1], frame.rename(columns={"a": "c"}), frame.set_index([[4, 5, 6]])]
    for other in others:
        assert doubled(other).equals(other * 2)
    assert doubled(frame, times=3).equals(frame * 3) and len(turns) == len(others) + 1


def test_what_a_caller_changes_stays_with_the_caller() -> None:
    _, doubled = _counting()
    frame = pd.DataFrame({"a": [1, 2, 3]})
    doubled(frame)["a"] = 0
    first = doubled(frame)
    first.loc[0, "a"] = 99
    assert doubled(frame)["a"].tolist() == [2, 4, 6]
