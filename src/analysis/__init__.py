"""offchannel: from raw exports of private channels to findings that open their evidence.

The public names are those of `__all__`; each is imported when first used, so that `import analysis` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis import figures, findings, relations, review, studies
    from analysis.findings import footer
    from analysis.matter import Matter
    from analysis.pipeline import open_matter

__version__ = "0.1.0"
__all__ = ["Matter", "figures", "findings", "footer", "open_matter", "relations", "review", "studies"]
_HOME = {"footer": "analysis.findings", "Matter": "analysis.matter", "open_matter": "analysis.pipeline"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in __all__:
        return import_module(f"analysis.{name}")
    raise AttributeError(f"module 'analysis' has no attribute {name!r}")
