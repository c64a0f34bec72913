"""Put a figure into the page itself, so that the report is one file."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from mtornet.errors import OutputError

LARGEST_SVG = 1_500_000
"""Above this many bytes a figure goes in as PNG if that is smaller."""

_NEVER_OURS = re.compile(r"<script|<foreignObject|javascript:|\son[a-z]+\s*=", re.IGNORECASE)

_LONG_NUMBER = re.compile(r"(\.\d\d)\d+")


def embedded(name: str, paths: Iterable[Path], *, alt: str) -> str:
    """Return a figure as HTML that loads nothing.

    Parameters
    ----------
    name
        Goes before every id of the SVG: two figures of one page must not share ids.
    paths
        Its files; the SVG is used if it is small enough, for text that can be selected.
    alt
        What a reader who cannot see it should know.

    Raises
    ------
    OutputError
        If neither SVG nor PNG can be read.
    """
    by_kind = {path.suffix: path for path in paths}
    try:
        svg = by_kind[".svg"].read_text(encoding="utf-8") if ".svg" in by_kind else ""
        png = by_kind[".png"].read_bytes() if ".png" in by_kind else b""
    except OSError as error:
        raise OutputError(f"figure {name!r} cannot be read back: {error}") from error
    if not svg and not png:
        raise OutputError(
            f"figure {name!r} has neither SVG nor PNG among {[str(path) for path in by_kind.values()]}"
        )
    if svg and not _NEVER_OURS.search(svg):
        inline = _inline(name, svg, alt)
        if len(inline) <= LARGEST_SVG or not 0 < len(png) * 4 // 3 < len(inline):
            return inline
    if not png:
        raise OutputError(f"figure {name!r}: its SVG cannot go into the report and there is no PNG")
    data = base64.b64encode(png).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" alt="{escape(alt)}">'


def _inline(name: str, svg: str, alt: str) -> str:
    """Return an SVG document as an element of an HTML page."""
    start = svg.index("<svg")
    body = svg[svg.index(">", start) + 1 : svg.rindex("</svg>")]
    box = re.search(r'viewBox="([-\d. ]+)"', svg[start : svg.index(">", start)])
    # Addresses of vocabularies are never fetched, but a reader who looks for links should find none.
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<style[^>]*>.*?</style>", "", body, flags=re.DOTALL)
    # A hundredth of a point is far below what a screen shows.
    body = re.sub(r'(?<=\sd=")[^"]*', lambda found: _LONG_NUMBER.sub(r"\1", found[0]), body)
    prefix = re.sub(r"\W", "-", name)
    body = re.sub(r'(?<=\sid=")', f"{prefix}-", body)
    body = re.sub(r'xlink:href="#', f'href="#{prefix}-', body)
    body = re.sub(r"url\(#", f"url(#{prefix}-", body)
    view = f' viewBox="{box.group(1)}"' if box else ""
    # The lines that matplotlib's own style element sets for the whole document.
    style = "stroke-linejoin:round;stroke-linecap:butt"
    return f'<svg role="img" aria-label="{escape(alt)}"{view} style="{style}">{body.strip()}</svg>'
