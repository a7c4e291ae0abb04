"""GEXF and GraphML: who reached whom, as graph tools read it; an edge a sender, recipient, channel and mode.

Weights count messages (not copies). GEXF edges carry `start` and `end` (first and last message), so that tools with a
timeline show the network through time. Attributes are plain text and numbers; characters XML refuses are replaced.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import relations
from analysis.exchange.content import instant, storable
from analysis.matter import Matter
from analysis.resolve.rows import each

if TYPE_CHECKING:
    import networkx as nx

_MODIFIED = re.compile(r' lastmodifieddate="[^"]*"')


def gexf(matter: Matter, folder: Path) -> list[Path]:
    """Write `<matter id>.gexf` (1.2draft), dynamic."""
    import networkx as nx

    path = folder / f"{matter.id}.gexf"
    nx.write_gexf(_graph(matter), path, version="1.2draft")
    text = path.read_text(encoding="utf-8")
    path.write_text(_MODIFIED.sub("", text), encoding="utf-8")  # the day of writing is no fact of the matter
    return [path]


def graphml(matter: Matter, folder: Path) -> list[Path]:
    """Write `<matter id>.graphml`."""
    import networkx as nx

    path = folder / f"{matter.id}.graphml"
    nx.write_graphml_xml(_graph(matter), path)
    return [path]


def _graph(matter: Matter) -> nx.MultiDiGraph[str]:
    """People (and handles nobody is known behind) with an edge for each channel and mode."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    edges = relations.edges(matter)
    people = {row.person_id: row for row in each(relations.listing(matter, "people"))}
    handles = {row.identity_id: row for row in each(relations.listing(matter, "identities"))}
    for one in sorted({*edges["sender"], *edges["recipient"]}):
        graph.add_node(one, **_who(people.get(one), handles.get(one), one))
    for n, row in enumerate(each(edges.sort_values(["sender", "recipient", "channel", "mode"]))):
        times = {"start": instant(row.first_at), "end": instant(row.last_at)}
        facts = {"channel": row.channel, "mode": row.mode, "weight": float(row.n_messages)}
        graph.add_edge(row.sender, row.recipient, key=n, **facts, **{name: at for name, at in times.items() if at})
    return graph


def _who(person: Any, handle: Any, one: str) -> dict[str, str]:
    if person is None:
        return {"label": storable(handle.raw if handle is not None else one)}
    facts = {name: storable(getattr(person, name)) for name in ("label", "role", "organisation", "custodian_id")}
    return {name: text for name, text in facts.items() if text}
