"""Pure functions that remember: what a notebook shows and what its finding states is worked out once in a process."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd

KEPT = 512  # results of one function; they are numbers and small frames
Given = ParamSpec("Given")
Result = TypeVar("Result")


class _Content(pickle.Pickler):
    """Arguments as bytes; frames by their rows, since how they lie in memory depends on where they come from."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, pd.Series | pd.DataFrame):
            names = value.columns.tolist() if isinstance(value, pd.DataFrame) else [value.name]
            return tuple, ((*map(str, names), pd.util.hash_pandas_object(value).to_numpy().tobytes()),)
        return NotImplemented


def remembered(work: Callable[Given, Result]) -> Callable[Given, Result]:
    """The function, not worked out again for arguments of the same content; a frame is given as a copy of its own."""
    known: OrderedDict[bytes, Result] = OrderedDict()

    @wraps(work)
    def found(*arguments: Given.args, **named: Given.kwargs) -> Result:
        content = io.BytesIO()
        _Content(content).dump((arguments, named))
        key = hashlib.sha256(content.getvalue()).digest()
        if key not in known:
            known[key] = work(*arguments, **named)
            if len(known) > KEPT:
                known.popitem(last=False)
        result = known[key]
        return result.copy() if isinstance(result, pd.DataFrame) else result

    return found
