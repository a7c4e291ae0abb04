"""An executed notebook as the body of a page: nbconvert with a small template of our own, every output escaped."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.figures.dusk import dusk
from analysis.markup import Markup, escape, join, raw, tag, visible
from analysis.report.ansi import plain
from analysis.report.sanitise import sanitise

NETWORK = "application/vnd.offchannel.network+json"
SHOWN = [NETWORK, "text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/plain"]
_HEADING = re.compile(r'<h2 id="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
_BARE = re.compile(r"<(h[23])>(.*?)</\1>", re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")


def body(executed: Path) -> Markup:
    """Body of the page of one executed notebook.

    Raises
    ------
    AnalysisError
        The notebook failed, or an output holds what a report may not (`sanitise`).
    """
    import nbformat

    notebook = nbformat.read(str(executed), as_version=4)
    _refuse_failed(notebook, executed)
    _number(notebook, executed.stem)
    html, _ = _exporter().from_notebook_node(notebook)
    return raw(html)


def contents(html: str) -> list[tuple[str, str]]:
    """Anchor and text (as HTML) of each section of a page."""
    return [(anchor, _TAGS.sub("", text).strip()) for anchor, text in _HEADING.findall(html)]


def _refuse_failed(notebook: Any, executed: Path) -> None:
    failed = any(output.output_type == "error" for cell in notebook.cells for output in cell.get("outputs", []))
    if failed or ".FAILED" in executed.name:
        raise AnalysisError(
            f"notebook {executed.name} failed; mend it and run again: no page is made from a failed run"
        )


def _number(notebook: Any, name: str) -> None:
    """Each output learns where it stands, so that a refusal can say so."""
    for number, cell in enumerate(notebook.cells, 1):
        cell.metadata["where"] = f"notebook {name}, cell {number}"


def _exporter() -> Any:
    from nbconvert.exporters.templateexporter import TemplateExporter

    exporter = TemplateExporter(
        template_name="offchannel",
        extra_template_basedirs=[str(Path(__file__).parent / "template")],
        file_extension=".html",
        template_extension=".html.j2",
    )
    exporter.register_filter("prose", prose)
    for name, work in {
        "shown": shown,
        "clean": sanitise,
        "picture": picture,
        "network": network,
        "quoted": quoted,
        "region": region,
    }.items():
        exporter.register_filter(name, work)
    exporter.register_filter("filter_data_type", _best)
    return exporter


def region(html: str, where: str) -> Markup:
    """An output; with a table in it, a part of the page that scrolls by itself and can be reached by keyboard."""
    clean = raw(sanitise(html, where))
    if "<table" not in clean or 'class="scroll"' in clean:
        return tag("div", clean, class_="shown")
    label = f"Table, {where.partition(', ')[2]}"
    return tag("div", clean, class_="shown scroll", role="region", tabindex="0", aria_label=label)


def prose(text: str, where: str) -> Markup:
    """Prose of ours as HTML; a dollar is a dollar, not the beginning of a formula."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    html = MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(text)
    return raw(sanitise(_BARE.sub(_with_id, str(html)), where))


def _with_id(heading: re.Match[str]) -> str:
    words = re.findall(r"\w+", _TAGS.sub("", heading[2]).replace("&amp;", "").lower())
    return f'<{heading[1]} id="{"-".join(words)}">{heading[2]}</{heading[1]}>'


def _best(data: Mapping[str, Any]) -> list[str]:
    """The one form of an output that is shown; scripts, widgets and remote content have none."""
    return next(([kind] for kind in SHOWN if kind in data), [])


def shown(text: object) -> Markup:
    """Printed text, without terminal codes, with the unseen made visible, escaped."""
    return escape(visible(plain(str(text))))


def quoted(text: object) -> Markup:
    """Text of an output that calls itself Markdown: shown as text, since what it quotes could be evidence."""
    return tag("pre", shown(text), class_="printed")


def network(data: Mapping[str, Any], svg: str, metadata: Mapping[str, Any], where: str) -> Markup:
    """A network to explore: the still picture, and its data as text that a script of ours reads and nothing runs."""
    still = picture(svg, "image/svg+xml", metadata, where)
    code = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":
        code = code.replace(sign, f"\\u{ord(sign):04x}")
    block = raw(f'<script type="application/json">{code}</script>')
    return tag("div", still, block, class_="network")


def picture(data: str, kind: str, metadata: Mapping[str, Any], where: str) -> Markup:
    """A picture inside the page, with its text alternative and caption from the output's metadata.

    Raises
    ------
    AnalysisError
        There is no text alternative.
    """
    facts = {**metadata, **metadata.get(kind, {})}
    alt = str(facts.get("alt", "")).strip()
    if not alt:
        raise AnalysisError(f"{where}: a picture has no alt text; show it with figures, which says what it shows")
    code = base64.b64encode(dusk(data).encode()).decode() if kind == "image/svg+xml" else "".join(data.split())
    image = tag("div", tag("img", src=f"data:{kind};base64,{code}", alt=alt), class_="paper", tabindex="0")
    drawn = str(facts.get("numbers", ""))
    unfolds = tag("details", tag("summary", "What is drawn, as a table"), region(drawn, where), class_="drawn")
    return tag("figure", image, tag("figcaption", _caption(facts) or alt), unfolds if drawn else "")


def _caption(facts: Mapping[str, Any]) -> Markup:
    """The line under a picture: what it is called in bold, its unit, `n` with a way to the rows it counts, sources."""
    if not facts.get("title"):
        return escape(str(facts.get("caption", "")).strip())
    count, way = f"{facts['n']:,}", facts.get("opens")
    n = tag("a", count, href=way) if way else count
    named = tag("b", f"{facts['title']}.")
    period, sources = f"Period: {facts['period']}.", str(facts["source"]).split(", ")
    hashed = [join(", " if number else "", _hashed(each)) for number, each in enumerate(sources)]
    return join(named, f" Unit: {facts['unit']}; n\u00a0=\u00a0", n, f". {period} Source: ", hashed, ".")


def _hashed(source: str) -> Markup:
    """A table and the beginning of its hash."""
    name, _, value = source.partition(" ")
    return join(f"{name} ", tag("code", value)) if value else escape(source)
