"""Write the files that follow from the knowledge tables; ``--check`` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

import mtornet as mt
from mtornet.cli.tables import plain
from mtornet.network.network import ReactionNetwork
from mtornet.report.model_card import model_card_blocks
from mtornet.report.resistance_page import resistance_blocks
from mtornet.report.score_text import score_text
from mtornet.sbml.antimony_write import antimony_text
from mtornet.sbml.write import sbml_text
from mtornet.scans.schema import schema_text

ROOT = Path(__file__).resolve().parent.parent


def generated() -> dict[Path, str]:
    """Return the text of each generated file."""
    network = mt.load_model("mtor")
    folder = ROOT / "models" / "mtor"
    return {
        folder / "mtor.xml": sbml_text(network),
        folder / "mtor.ant": antimony_text(network),
        ROOT / "README.md": _with_block(
            _with_block((ROOT / "README.md").read_text(encoding="utf-8"), "compare", _compare()),
            "facts",
            score_text(network),
        ),
        ROOT / "docs" / "model_card.md": _model_card(network),
        ROOT / "docs" / "scan.schema.json": schema_text(),
        ROOT / "docs" / "resistance.md": _resistance(network),
    }


def _model_card(network: ReactionNetwork) -> str:
    text = (ROOT / "docs" / "model_card.md").read_text(encoding="utf-8")
    examined = {"drug": "everolimus", "dose": "20 nM", "readout": "pAKT_S473"}
    for name, block in model_card_blocks(network, rebound=examined).items():
        text = _with_block(text, name, block)
    return text


def _resistance(network: ReactionNetwork) -> str:
    text = (ROOT / "docs" / "resistance.md").read_text(encoding="utf-8")
    for name, block in resistance_blocks(network).items():
        text = _with_block(text, name, block)
    return text


def _compare() -> str:
    found = mt.compare(method="ode")
    table = found.table.drop(columns="cells above baseline")
    sentences = "\n".join(f"- {sentence}" for sentence in found.sentences)
    return f"```text\n{plain(table)}\n```\n\n{sentences}"


def _with_block(text: str, name: str, block: str) -> str:
    begin, end = f"<!-- begin generated: {name} -->", f"<!-- end generated: {name} -->"
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    return f"{before}{begin}\n\n{block}\n\n{end}{after}"


def main() -> int:
    """Write or check every generated file."""
    stale = []
    for path, text in generated().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.relative_to(ROOT).as_posix())
            if "--check" not in sys.argv[1:]:
                path.write_text(text, encoding="utf-8", newline="\n")
    if "--check" in sys.argv[1:] and stale:
        sys.stdout.write(f"not up to date: {', '.join(stale)}; run scripts/generate\n")
        return 1
    sys.stdout.write(f"{'nothing to do' if not stale else 'wrote ' + ', '.join(stale)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
