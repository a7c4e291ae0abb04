"""Pictures on a dark ground: the colours a drawing changes to where its reader's screen is dark; paper stays light."""

from __future__ import annotations

from analysis.figures import style

TURNED = "image{filter:invert(.905) hue-rotate(180deg)}"
"""Heat maps hold a scale, not colours of the house: light and dark change places, hues stay, white is the ground."""


def dusk(svg: str) -> str:
    """A drawing of matplotlib that knows its colours on both grounds; the same drawing gives the same text.

    The rules stand in the drawing itself, so that a page may show it as an image, which runs nothing and reaches
    nothing. A viewer without such rules shows it light. Colours that `style.DARK` does not name stay as they are.
    """
    rules = [rule for colour, dark in style.DARK.items() if colour in svg for rule in _rules(colour, dark)]
    if "<image" in svg:
        rules.append(TURNED)
    head, opened, rest = svg.partition("<defs>")
    if not (rules and opened):
        return svg
    return f"{head}{opened}<style>@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>{rest}"


def _rules(colour: str, dark: str) -> list[str]:
    """What fills and what draws with a colour, by style or by attribute (patterns)."""
    return [
        f'[style*="fill: {colour}"],[fill="{colour}"]{{fill:{dark}!important}}',
        f'[style*="stroke: {colour}"]{{stroke:{dark}!important}}',
    ]
