"""One leap of tau-leaping at constant rates, which ends where molecules would lack.

A leap that would take more than there is must not be drawn again: leaps with many firings would be
missing, and fast consumption would come out too slow. Instead its firings are put in order of time,
which given their numbers is uniform, and the leap ends just before the first that lacks its molecules.
"""

from mtornet.compiled.kernels.laws import propensity
from mtornet.compiled.kernels.leaf import leaf
from mtornet.compiled.kernels.random import next_word, uniform
from mtornet.compiled.kernels.variates import binomial, order_statistic, poisson

# More firings than these are not put in order one by one.
_MOST_ORDERED = 1e7


@leaf
def end_where_molecules_lack(x, firings, at_risk, c, tables, stack, left, y, s0, s1, s2, s3):
    """Keep the firings of a leap before the first that lacks its molecules; return their part of the leap.

    Reactions that change a species at risk fire one by one, in random order. Given its number, every
    firing falls anywhere in the leap alike, so the one that cannot happen ends the leap at an order
    statistic, and of another reaction's firings a binomial number come before.
    """
    total = 0.0
    for j in range(firings.size):
        left[j] = 0.0
        if firings[j] > 0.0:
            for k in range(tables.change_start[j], tables.change_start[j + 1]):
                if at_risk[tables.change_species[k]]:
                    left[j] = firings[j]
            total += left[j]
    if total > _MOST_ORDERED:
        return 0.0, s0, s1, s2, s3
    for i in range(x.size):
        y[i] = x[i]
    done = 0
    lacks = False
    while done < total and not lacks:
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        target = uniform(word) * (total - done)
        chosen = -1
        for j in range(firings.size):
            if left[j] > 0.0:
                chosen = j
                if target < left[j]:
                    break
                target -= left[j]
        lacks = not (propensity(chosen, y, c, tables, stack) > 0.0)
        for k in range(tables.change_start[chosen], tables.change_start[chosen + 1]):
            if y[tables.change_species[k]] + tables.change_by[k] < 0.0:
                lacks = True
        if not lacks:
            for k in range(tables.change_start[chosen], tables.change_start[chosen + 1]):
                y[tables.change_species[k]] += tables.change_by[k]
            left[chosen] -= 1.0
            done += 1
    if not lacks:
        return 1.0, s0, s1, s2, s3
    part, s0, s1, s2, s3 = order_statistic(done + 1, int(total), s0, s1, s2, s3)
    for j in range(firings.size):
        if firings[j] > 0.0:
            ordered = False
            for k in range(tables.change_start[j], tables.change_start[j + 1]):
                if at_risk[tables.change_species[k]]:
                    ordered = True
            if ordered:
                firings[j] -= left[j]
            else:
                fired, s0, s1, s2, s3 = binomial(int(firings[j]), part, s0, s1, s2, s3)
                firings[j] = float(fired)
    return part, s0, s1, s2, s3


@leaf
def leap(
    x,
    rates,
    span,
    many,
    c,
    tables,
    stack,
    firings,
    change,
    taken,
    at_risk,
    left,
    y,
    s0,
    s1,
    s2,
    s3,
):
    """Let reactions fire at constant rates; return the part of ``span`` that passed, 0 if nothing was done.

    ``x`` is moved, and ``firings`` says how often each reaction fired.
    """
    change[:] = 0.0
    taken[:] = 0.0
    for j in range(rates.size):
        firings[j] = 0.0
        if rates[j] > 0.0:
            fired, s0, s1, s2, s3 = poisson(rates[j] * span, s0, s1, s2, s3)
            if fired > 0:
                firings[j] = float(fired)
                for k in range(tables.change_start[j], tables.change_start[j + 1]):
                    by = firings[j] * tables.change_by[k]
                    change[tables.change_species[k]] += by
                    taken[tables.change_species[k]] -= min(by, 0.0)
    part = 1.0
    risk = False
    for i in range(change.size):
        # What is abundant is replaced several times in a leap, and only its net change matters.
        at_risk[i] = taken[i] > max(x[i], 0.0) and (x[i] < many or x[i] + change[i] < 0.0)
        risk = risk or at_risk[i]
    if risk:
        part, s0, s1, s2, s3 = end_where_molecules_lack(
            x, firings, at_risk, c, tables, stack, left, y, s0, s1, s2, s3
        )
        change[:] = 0.0
        for j in range(rates.size):
            for k in range(tables.change_start[j], tables.change_start[j + 1]):
                change[tables.change_species[k]] += firings[j] * tables.change_by[k]
        for i in range(change.size):
            if change[i] < 0.0 and x[i] + change[i] < 0.0:
                part = 0.0
    if part > 0.0:
        for i in range(change.size):
            x[i] += change[i]
    return part, s0, s1, s2, s3
