"""Small pieces of HTML; every text that goes in is escaped here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def paragraph(text: str, *, css: str = "") -> str:
    """Return a paragraph of plain text."""
    return f"<p{_class(css)}>{escape(text)}</p>"


def bullets(items: Iterable[str]) -> str:
    """Return a list of plain texts."""
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def section(identifier: str, title: str, *content: str) -> str:
    """Return a section with its heading; the content is HTML already."""
    head = f'<h2 id="{escape(identifier)}">{escape(title)}</h2>'
    return f'<section aria-labelledby="{escape(identifier)}">\n{head}\n' + "\n".join(content) + "\n</section>"


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return a two-column table of what and how; the second column is plain text."""
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>\n' for name, value in rows
    )
    return f'<table class="facts"><tbody>\n{body}</tbody></table>'


def table(frame: pd.DataFrame, *, caption: str, headings: Sequence[str] | None = None) -> str:
    """Return a table; the first column names the row."""
    names = list(headings) if headings is not None else [str(column) for column in frame.columns]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = []
    for values in frame.itertuples(index=False, name=None):
        first, *others = (escape(shown(value)) for value in values)
        cells = "".join(f"<td>{text}</td>" for text in others)
        rows.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    body = "\n".join(rows)
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def shown(value: object) -> str:
    """Return a cell as a reader wants it: three digits, no ``nan``, no ``None``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) or hasattr(value, "dtype"):
        number = float(value)  # type: ignore[arg-type]
        return f"{number:.3g}" if math.isfinite(number) else "–"
    return str(value)


def duration(seconds: float) -> str:
    """Return a time in the unit that a reader would choose."""
    if seconds >= 2 * 86400 and seconds % 86400 == 0 and seconds > 7 * 86400:
        return f"{seconds / 86400:g} days"
    if seconds >= 3600:
        return f"{seconds / 3600:g} h"
    return f"{seconds / 60:g} min"


def _class(css: str) -> str:
    return f' class="{escape(css)}"' if css else ""
