import re

import pytest

VERBS = [
    "compare",
    "run",
    "cohort",
    "noise",
    "dose",
    "scan",
    "sensitivity",
    "fit",
    "schedule",
    "branches",
    "simulate",
    "show",
    "convert",
    "check",
    "verify",
    "warm-up",
]


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_the_verbs_and_what_this_is(mtornet, flag):
    done = mtornet(flag)
    assert done.code == 0
    assert "A research model, never clinical advice." in re.sub(r"\s+", " ", done.out)
    for verb in VERBS:
        assert re.search(rf"^  {verb} ", done.out, re.MULTILINE), verb


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_example_that_starts_with_itself(mtornet, verb):
    done = mtornet(verb, "--help")
    assert done.code == 0
    assert f"Example: mtornet {verb} " in re.sub(r"\s+", " ", done.out)


def test_every_option_says_what_it_does(mtornet):
    for verb in VERBS:
        text = mtornet(verb, "--help").out
        options = text.split("Options:")[1].split("Example:")[0]
        for line in re.findall(r"^  (-.*(?:\n {10,}.*)*)", options, re.MULTILINE):
            assert re.search(r"\S\s{2,}\S", line), f"{verb}: {line}"


def test_nothing_asked_shows_the_help(mtornet):
    done = mtornet()
    assert done.code == 2
    assert "Usage: mtornet [OPTIONS] COMMAND" in done.err


def test_version(mtornet):
    done = mtornet("--version")
    assert done.code == 0
    assert re.fullmatch(r"mtornet \S+\n", done.out)


def test_examples_of_the_help_are_valid(mtornet, toy_xml):
    # The same words that the help prints, made short.
    compare = (
        "everolimus",
        "sapanisertib",
        "--dose",
        "everolimus=5 nM",
        "--variant",
        "PTEN_loss",
        "--out",
        "pten",
    )
    assert mtornet("compare", *compare, "--dry-run").code == 0
    assert mtornet("show", "mtor", "--drugs").code == 0
    assert mtornet("check", "mtor").code == 0
    short = ("--times", "0:100:101", "--method", "ssa", "--cells", "10", "--seed", "1", "--out", "results")
    assert mtornet("simulate", toy_xml, *short).code == 0
