"""Any rate: the reaction's rate constant is the whole formula."""

from mtornet.network.ratelaws.base import RateLaw

EXPRESSION = RateLaw(
    name="expression",
    description="a formula for the whole rate in molecules/s; species in it are amounts in molecules",
    formula=lambda reaction: reaction.rate_constant,
    sbo="SBO:0000001",
    source="a propensity as written, guarded against missing reactants as constant_rate is",
)
