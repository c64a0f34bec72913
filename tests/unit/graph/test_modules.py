"""Modules: switched on and off, giving way to each other, stating what they need."""

from itertools import combinations

import pytest

import mtornet as mt
from mtornet.graph.knowledge import load_knowledge

KNOWLEDGE = load_knowledge("mtor")
NEEDS = {
    row["id"]: [name.strip() for name in row["needs"].split(";") if name.strip()]
    for row in KNOWLEDGE["modules"]
}


def closure(names):
    """The modules and all that they need."""
    found = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += NEEDS[name]
    return sorted(found)


def test_every_module_is_described():
    assert set(NEEDS) == set(KNOWLEDGE.modules)
    assert {need for needs in NEEDS.values() for need in needs} <= set(NEEDS)


@pytest.mark.parametrize("pair", list(combinations(sorted(NEEDS), 2)), ids="+".join)
def test_any_two_modules_build_with_what_they_need(pair):
    network = mt.load_model("mtor", modules=closure(pair))
    assert network.notes == ()
    assert set(network.modules) == set(closure(pair))
    assert {reaction.module for reaction in network.reactions.values()} <= set(network.modules)


def test_all_modules_are_on_unless_asked(mtor):
    assert set(mtor.modules) == set(NEEDS)


def test_what_a_module_misses_is_told():
    network = mt.load_model("mtor", modules=["akt"])
    assert network.notes == (
        "module 'akt' needs receptor_pi3k, which is off: its steps through it are left out",
    )


def test_a_plain_step_gives_way_to_the_module_that_describes_it(mtor):
    rows = {row["id"]: row for rows in KNOWLEDGE.modules.values() for row in rows}
    plain = {name: row["unless"] for name, row in rows.items() if row["unless"]}
    assert set(plain.values()) == {"nutrients", "promoters"}
    assert not set(plain) & set(mtor.reactions)
    for module in ("nutrients", "promoters"):
        without = mt.load_model("mtor", modules=[name for name in mtor.modules if name != module])
        back = {name for name, unless in plain.items() if unless == module and "N" not in name[:1]}
        assert back <= set(without.reactions)


def test_read_outs_see_the_species_of_a_drug(mtor):
    from mtornet.experiment.drug import find_drug
    from mtornet.experiment.mechanisms import with_drug
    from mtornet.expression import symbols

    dosed = with_drug(mtor, find_drug("mtor", "capivasertib"))
    seen = set(symbols(dosed.readouts["pAKT_S473"].expression))
    assert seen == {"AKT_S", "AKT_TS", "AKT_S_capivasertib", "AKT_TS_capivasertib"}
    assert set(symbols(mtor.readouts["pAKT_S473"].expression)) == {"AKT_S", "AKT_TS"}
