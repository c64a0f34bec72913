"""One line when the compiler really works on our kernels, and none otherwise."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

from mtornet.compiled.compilation import OURS, Compilations, unannounced


def compiling(name: str, module: str = f"{OURS}ssa_direct") -> SimpleNamespace:
    function = SimpleNamespace(__module__=module, __name__=name)
    return SimpleNamespace(data={"dispatcher": SimpleNamespace(py_func=function)})


def compile_all(listener: Compilations, *names: str) -> None:
    """Compile kernels, each of which calls the next."""
    for name in names:
        listener.on_start(compiling(name))
    for name in reversed(names):
        listener.on_end(compiling(name))


@pytest.fixture(autouse=True)
def _audible(caplog: pytest.LogCaptureFixture) -> None:
    # A quiet command that ran before in this process leaves the package's logger quiet.
    caplog.set_level(logging.WARNING, logger="mtornet")


def test_the_first_kernel_is_announced_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    listener = Compilations()
    compile_all(listener, "advance", "choose", "draw")
    compile_all(listener, "other")
    assert listener.kernels == ["ssa_direct.advance", "ssa_direct.other"]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "\n" not in record.getMessage()
    assert "mtornet warm-up" in record.getMessage()


def test_code_of_others_is_not_ours_to_announce(caplog: pytest.LogCaptureFixture) -> None:
    listener = Compilations()
    listener.on_start(compiling("f", module="numba.np.arraymath"))
    listener.on_end(compiling("f", module="numba.np.arraymath"))
    assert not listener.kernels
    assert not caplog.records


def test_a_warm_up_is_not_announced(caplog: pytest.LogCaptureFixture) -> None:
    with unannounced():
        compile_all(Compilations(), "advance")
    assert not caplog.records
    compile_all(Compilations(), "advance")
    assert len(caplog.records) == 1
