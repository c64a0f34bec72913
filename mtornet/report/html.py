"""``report.html``: one file that opens from disk without a network and says what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from mtornet.experiment.drug import VEHICLE
from mtornet.report import sections
from mtornet.report.files import writable_folder, write_atomically
from mtornet.report.repeat import repeat
from mtornet.report.stylesheet import STYLESHEET

if TYPE_CHECKING:
    from mtornet.analysis.compare import Comparison

NOTICE = "Research model, not clinical advice"

_CONTENTS = (
    ("question", "The question"),
    ("simulated", "What was simulated"),
    ("answer", "The answer"),
    ("figures", "Figures"),
    ("feedback", "Which feedback"),
    ("model", "What the model is and is not"),
    ("repeat", "How to repeat it"),
)

# The policy tells a browser to load nothing at all, whatever the page holds.
_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>$title</title>
<style>$stylesheet</style>
</head>
<body>
<header>
<p class="notice">$notice</p>
<h1>$title</h1>
<p class="finding">$finding</p>
<nav aria-label="Sections"><ul>$contents</ul></nav>
</header>
<main>
$body
</main>
<footer>mtornet $version, seed $seed. $notice.</footer>
</body>
</html>
""")


def write_report(comparison: Comparison, folder: Path | str, figures: Mapping[str, Sequence[Path]]) -> Path:
    """Write ``report.html`` into a folder.

    Parameters
    ----------
    comparison
        What :func:`mtornet.compare` found.
    folder
        Where the report goes; it must exist or be makeable.
    figures
        Files of each figure by name, as :func:`mtornet.plot.figures_for` returns them; they are
        copied into the page.

    Raises
    ------
    OutputError
        If a figure cannot be read or the report cannot be written.
    """
    text = report_html(comparison, Path(folder), figures)
    path = writable_folder(Path(folder)) / "report.html"
    return write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def report_html(comparison: Comparison, folder: Path, figures: Mapping[str, Sequence[Path]]) -> str:
    """Return the page as text."""
    treated = [arm.condition for arm in comparison.arms if arm.drug != VEHICLE]
    body = (
        sections.question(),
        sections.simulated(comparison),
        sections.answer(comparison),
        sections.figures(comparison, figures, folder),
        sections.feedback(comparison),
        sections.limits(comparison),
        repeat(comparison),
    )
    return page(
        title=_listed(treated) + " compared" if treated else "Vehicle only",
        finding=sections.finding(comparison),
        contents=_CONTENTS,
        body=body,
        run=comparison.run,
    )


def page(
    *,
    title: str,
    finding: str,
    contents: Sequence[tuple[str, str]],
    body: Sequence[str],
    run: Mapping[str, object],
) -> str:
    """Return a whole page: its sections are HTML already, every other text is escaped here.

    Parameters
    ----------
    contents
        Identifier and title of each section.
    run
        The run record, for version and seed.
    """
    return _PAGE.substitute(
        title=escape(title),
        finding=escape(finding),
        notice=escape(NOTICE),
        stylesheet=STYLESHEET,
        contents="".join(f'<li><a href="#{name}">{escape(label)}</a></li>' for name, label in contents),
        body="\n".join(body),
        version=escape(str(run.get("mtornet_version", ""))),
        seed=escape(str(run.get("seed", ""))),
    )


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]
