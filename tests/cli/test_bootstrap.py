"""The scripts set themselves up: what they say, when they install, what they repair.

A stub stands in for Python, so nothing is downloaded: it answers the probe, "makes" a virtual environment by
copying itself into it, and "installs" by writing a command that prints its arguments.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ["bash", "cat", "chmod", "cksum", "cp", "dirname", "env", "flock", "grep", "mkdir"]
TOOLS += ["readlink", "rm", "sh", "sleep", "tail", "touch", "tr"]

STUB_PYTHON = r"""#!/bin/sh
# $CALLS gets a line per step; $STUB_* choose what goes wrong.
here=$(dirname "$0")
case "$*" in
  *fcntl*) exec "$REAL_PYTHON" "$@" ;;
  -ESc*) echo "${STUB_PROBE:-3.12.1 new venv}" ;;
  -ISc*version*) echo "${STUB_VERSION:-3.12.1}" ;;
  -Ic*|*"pip --version") ;;
  "-m venv "*)
    echo venv >>"$CALLS"
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *"install -q -e "*)
    for spec; do :; done
    echo "install $spec" >>"$CALLS"
    trap 'exit 1' INT
    for step in $STUB_STEPS; do sleep 0.1; done
    [ -z "$STUB_KILL" ] || kill -9 "$PPID"
    echo "a line on stdout"
    [ -z "$STUB_OFFLINE" ] || { echo "ERROR: Could not find a version" >&2; exit 1; }
    printf '#!/bin/sh\n[ -z "$STAY" ] || exec sleep "$STAY"\nprintf "<%%s>" "$@"\n' >"$here/mtornet"
    chmod +x "$here/mtornet" ;;
  "-m pytest "*) echo "ran $*" ;;
  *) echo "stub python: unexpected: $*" >&2; exit 9 ;;
esac
"""


# Hands its work to the stub above, and notes that it was asked.
STUB_UV = r"""#!/bin/sh
case "$*" in
  --version) ;;
  "venv "*) shift 4; echo "uv" >>"$CALLS"; exec "$1" -m venv "$2" ;;
  "pip install "*) shift 7; exec "$CHECKOUT/.venv/bin/python" install -q "$@" ;;
  *) echo "stub uv: unexpected: $*" >&2; exit 9 ;;
esac
"""


class Checkout:
    """A copy of the scripts in a path with a space; PATH holds only a few tools and the stub."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a checkout"
        self.bin = folder / "bin"
        self.calls_file = folder / "calls"
        self.environment = {
            "PATH": str(self.bin),
            "CALLS": str(self.calls_file),
            "CHECKOUT": str(self.root),
            "REAL_PYTHON": sys.executable,
        }
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        shutil.copy(ROOT / "pyproject.toml", self.root)
        self.bin.mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.bin / tool).symlink_to(found)
        self.add_program("python3.12", STUB_PYTHON)

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text(encoding="utf-8").splitlines() if self.calls_file.exists() else []

    def add_program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text, encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def command(self, *arguments: str, script: Path | None = None) -> list[str]:
        return [str(script or self.root / "scripts" / "mtornet"), *arguments]

    def run(
        self,
        *arguments: str,
        script: Path | None = None,
        cwd: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments, script=script),
            cwd=cwd,
            env={**self.environment, **(settings or {})},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_first_run_sets_up_and_the_second_does_not(checkout: Checkout) -> None:
    first = checkout.run("compare", "--json", "a b")
    second = checkout.run("compare", "--json", "a b")
    assert (first.returncode, first.stdout) == (0, "<compare><--json><a b>")
    assert "first run" in first.stderr
    assert (second.returncode, second.stdout, second.stderr) == (0, "<compare><--json><a b>", "")
    assert checkout.calls == ["venv", "install ."]


def test_called_through_a_symlink_from_another_folder(checkout: Checkout, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(checkout.root / "scripts" / "mtornet")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert checkout.run("x", script=link, cwd=elsewhere).stdout == "<x>"
    assert list(elsewhere.iterdir()) == []


def change_metadata(checkout: Checkout) -> None:
    with (checkout.root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")


def interrupt(checkout: Checkout) -> None:
    (checkout.root / ".venv" / ".mtornet-unfinished").touch()


def move(checkout: Checkout) -> None:
    moved = checkout.root.with_name("moved here test")
    checkout.root = checkout.root.rename(moved)


def lose_python(checkout: Checkout) -> None:
    (checkout.root / ".venv" / "bin" / "python").unlink()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(change_metadata, ["install ."], id="metadata"),
        pytest.param(interrupt, ["venv", "install ."], id="interrupted"),
        pytest.param(move, ["venv", "install ."], id="moved"),
        pytest.param(lose_python, ["venv", "install ."], id="python-gone"),
    ],
)
def test_what_changed_decides_what_is_done_again(
    checkout: Checkout, change: Callable[[Checkout], None], expected: list[str]
) -> None:
    checkout.run()
    change(checkout)
    assert checkout.run("x").stdout == "<x>"
    assert checkout.calls[2:] == expected
    assert checkout.run("x").stderr == ""


def test_an_install_that_was_killed_is_made_anew(checkout: Checkout) -> None:
    killed = checkout.run(settings={"STUB_KILL": "yes"})
    assert killed.returncode != 0
    assert checkout.run("x").stdout == "<x>"
    assert checkout.calls == ["venv", "install .", "venv", "install ."]


def test_interrupting_the_setup_is_not_a_failure(checkout: Checkout) -> None:
    with subprocess.Popen(
        checkout.command(),
        env={**checkout.environment, "STUB_STEPS": "wait " * 300},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        # Some runners ignore Ctrl-C and pass that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as running:
        assert running.stderr is not None
        while not checkout.calls[1:]:
            assert running.poll() is None
        os.killpg(running.pid, signal.SIGINT)
        message = running.stderr.read()
    assert running.returncode == 130
    assert "interrupted" in message
    assert "error" not in message
    assert checkout.run("x").stdout == "<x>"


def test_the_tests_packages_are_added_and_kept(checkout: Checkout) -> None:
    checkout.run()
    result = checkout.run("-k", "name", script=checkout.root / "scripts" / "test")
    assert result.stdout == "ran -m pytest -m not slow -k name\n"
    checkout.run()
    change_metadata(checkout)
    checkout.run()
    assert checkout.calls == ["venv", "install .", "install .[test]", "install .[test]"]


@pytest.mark.parametrize("tool", ["flock", "python"])
def test_two_runs_at_once_install_once(checkout: Checkout, tool: str) -> None:
    if tool == "python":
        (checkout.bin / "flock").unlink(missing_ok=True)
    environment = {**checkout.environment, "STUB_STEPS": "1 2 3 4 5"}
    runs = [
        subprocess.Popen(
            checkout.command("x"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    outputs = [run.communicate(timeout=60) for run in runs]
    assert [out for out, _ in outputs] == [b"<x>"] * 3
    assert sum(b"waiting for another setup" in err for _, err in outputs) == 2
    assert checkout.calls == ["venv", "install ."]


def test_the_program_does_not_hold_the_lock(checkout: Checkout) -> None:
    environment = {**checkout.environment, "STAY": "30"}
    with subprocess.Popen(
        checkout.command(), env=environment, stderr=subprocess.PIPE, encoding="utf-8"
    ) as running:
        assert running.stderr is not None
        while "ready after" not in running.stderr.readline():
            assert running.poll() is None
        change_metadata(checkout)
        other = checkout.run("x")
        assert running.poll() is None
        running.kill()
    assert other.stdout == "<x>"
    assert "waiting" not in other.stderr


def test_uv_is_used_if_it_is_there_and_needs_no_venv_module(checkout: Checkout) -> None:
    checkout.add_program("uv", STUB_UV)
    assert checkout.run("x", settings={"STUB_PROBE": "3.12.1 new bare"}).stdout == "<x>"
    assert checkout.calls == ["uv", "venv", "install ."]


def test_python_too_old(checkout: Checkout) -> None:
    result = checkout.run(settings={"STUB_PROBE": "3.9.2 old venv"})
    assert (result.returncode, result.stdout) == (2, "")
    assert "mtornet needs Python 3.11 or newer" in result.stderr
    assert "found python3.12 3.9.2" in result.stderr
    for advice in ("apt-get install python3.12", "dnf install", "brew install", "MTORNET_PYTHON"):
        assert advice in result.stderr
    assert not (checkout.root / ".venv").exists()


def test_no_python_at_all(checkout: Checkout) -> None:
    (checkout.bin / "python3.12").unlink()
    result = checkout.run()
    assert result.returncode == 2
    assert "found none that runs" in result.stderr


def test_a_name_on_the_path_that_does_not_run_is_passed_over(checkout: Checkout) -> None:
    checkout.add_program("python3.13", "#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    assert checkout.run("x").stdout == "<x>"


def test_python_without_venv(checkout: Checkout) -> None:
    result = checkout.run(settings={"STUB_PROBE": "3.12.1 new bare"})
    assert result.returncode == 2
    assert "cannot make virtual environments — python3.12 3.12.1" in result.stderr
    assert "sudo apt-get install python3.12-venv" in result.stderr


def test_the_chosen_python_is_the_only_one_tried(checkout: Checkout) -> None:
    result = checkout.run(settings={"MTORNET_PYTHON": "/nowhere/python"})
    assert result.returncode == 2
    assert "MTORNET_PYTHON=/nowhere/python" in result.stderr


def test_choosing_another_python_makes_the_environment_anew(checkout: Checkout) -> None:
    checkout.run()
    checkout.add_program(
        "mine", STUB_PYTHON.replace(":-3.12.1}", ":-3.13.0}").replace("3.12.1 new", "3.13.0 new")
    )
    mine = {"MTORNET_PYTHON": str(checkout.bin / "mine")}
    assert checkout.run("x", settings=mine).stdout == "<x>"
    assert checkout.run("x", settings=mine).stderr == ""
    assert checkout.calls[2:] == ["venv", "install ."]


def test_a_failed_install_shows_the_log_and_where_it_is(checkout: Checkout) -> None:
    result = checkout.run(settings={"STUB_OFFLINE": "yes"})
    assert (result.returncode, result.stdout) == (2, "")
    assert "installing packages failed" in result.stderr
    assert "ERROR: Could not find a version" in result.stderr
    assert str(checkout.root / ".venv.log") in result.stderr
    assert "network" in result.stderr
    assert checkout.run("x").stdout == "<x>"


def test_a_failed_update_leaves_the_environment_for_the_next_try(checkout: Checkout) -> None:
    checkout.run()
    change_metadata(checkout)
    assert checkout.run(settings={"STUB_OFFLINE": "yes"}).returncode == 2
    assert checkout.run("x").stdout == "<x>"
    assert checkout.calls[2:] == ["install .", "install ."]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_checkout_that_cannot_be_written(checkout: Checkout) -> None:
    checkout.root.chmod(0o555)
    result = checkout.run()
    checkout.root.chmod(0o755)
    assert result.returncode == 2
    assert "make the folder writable" in result.stderr


@pytest.mark.parametrize("home", ["", "/dev/null/nowhere"])
def test_home_does_not_matter(checkout: Checkout, home: str) -> None:
    assert checkout.run("x", settings={"HOME": home}).stdout == "<x>"
