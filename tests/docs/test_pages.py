"""The pages of docs/: runnable blocks run, links lead somewhere, the index reaches every page."""

import doctest
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
PROGRAM = "from mtornet.cli.main import main; main()"
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<code>.*?)^```$", re.M | re.S)
_LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)[^)]*\)")


@dataclass(frozen=True)
class Block:
    """A runnable block: ```` ```sh run ```` or ```` ```python run ````."""

    language: str
    code: str
    line: int


def blocks(text: str) -> list[Block]:
    found = []
    for match in _FENCE.finditer(text):
        words = match["info"].split()
        if words[1:] == ["run"]:
            found.append(Block(words[0], match["code"], text[: match.start()].count("\n") + 2))
    return found


def run_page(page: Path, folder: Path) -> int:
    """Run the blocks of a page in order, in one folder; return how many there were."""
    program = folder / "bin" / "mtornet"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{PROGRAM}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    work = folder / "work"
    work.mkdir()
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path, "MPLBACKEND": "Agg"}
    names: dict[str, object] = {"__name__": "page"}
    done = blocks(page.read_text(encoding="utf-8"))
    for block in done:
        where = f"{page.name}:{block.line}"
        if block.language == "sh":
            ran = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block.code],
                cwd=work,
                env=environment,
                capture_output=True,
                encoding="utf-8",
            )
            assert ran.returncode == 0, f"{where}: exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        elif block.language == "python":
            _run_python(block, names, where, work)
        else:
            pytest.fail(f"{where}: {block.language!r} blocks cannot be run; expected sh or python")
    return len(done)


def _run_python(block: Block, names: dict[str, object], where: str, work: Path) -> None:
    before = Path.cwd()
    os.chdir(work)
    try:
        if block.code.lstrip().startswith(">>>"):
            test = doctest.DocTestParser().get_doctest(block.code, names, where, where, block.line)
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
            said: list[str] = []
            runner.run(test, out=said.append, clear_globs=False)
            assert not runner.failures, "".join(said)
            names.update(test.globs)
        else:
            exec(compile(block.code, where, "exec"), names)
    finally:
        os.chdir(before)


def is_slow(page: Path) -> bool:
    return "<!-- slow -->" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page",
    [pytest.param(p, id=p.stem, marks=[pytest.mark.slow] if is_slow(p) else []) for p in PAGES],
)
def test_the_blocks_of_a_page_run(page, tmp_path):
    run_page(page, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files(page):
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_is_in_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = re.search(r"```\{toctree\}\n(.*?)```", index, re.S)
    assert listed is not None
    entries = {line.strip() for line in listed[1].splitlines() if line.strip() and not line.startswith(":")}
    assert entries >= {page.stem for page in PAGES if page.stem != "index"}
    for entry in entries:
        assert list(DOCS.glob(f"{entry}.md")) or list(DOCS.glob(f"{entry}")), f"no page {entry}"


@pytest.mark.parametrize(
    "bad",
    ["```sh run\nfalse | cat\n```", "```python run\nassert 1 == 2\n```", "```python run\n>>> 1 + 1\n3\n```"],
    ids=["shell", "python", "doctest"],
)
def test_a_page_with_a_broken_block_fails(bad, tmp_path):
    page = tmp_path / "bad.md"
    page.write_text(f"# bad\n\n{bad}\n", encoding="utf-8")
    with pytest.raises(AssertionError):
        run_page(page, tmp_path)


def test_a_good_page_counts_its_blocks(tmp_path):
    page = tmp_path / "good.md"
    page.write_text(
        "```sh run\nmtornet --version > v.txt\n```\n\n```sh\nexit 1\n```\n\n"
        "```python run\nn = len(open('v.txt').read())\n```\n\n```python run\n>>> n > 3\nTrue\n\n```\n",
        encoding="utf-8",
    )
    assert run_page(page, tmp_path) == 3
