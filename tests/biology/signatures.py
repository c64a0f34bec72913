"""What each class of drug is known to do: one row per claim, with the source of its threshold.

``acceptance`` marks what the project promised to show. ``OBS-nnn`` and ``RES-nn`` are rows of the dossier
(observations, resistance mechanisms); after the colon stands the origin of the number there: ``source`` if it
was read in a publication, ``design`` if only the direction was and the number is a chosen margin.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.biology.courses import Courses

DAY = (1, 2, 3, 4, 6, 8, 12, 16, 20, 24)
THREE_DAYS = (*DAY, 36, 48, 60, 72)
INFINITE = float("inf")


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A read-out under a drug lies strictly between two fold changes at every named hour."""

    drug: str
    readout: str
    hours: tuple[float, ...]
    low: float = 0.0
    high: float = INFINITE
    source: str
    variant: str = "wild_type"
    dose: str | None = None
    context: str | None = None

    def __str__(self) -> str:
        bound = f"<{self.high:g}" if self.low == 0 else f">{self.low:g}"
        place = "" if self.variant == "wild_type" else f"-{self.variant}"
        place += f"-{self.context}" if self.context else ""
        return f"{self.drug}{place}-{self.readout}{bound}-at-{self.hours[0]:g}h"

    def misses(self, courses: Courses) -> dict[float, float]:
        """Fold changes at the hours where the claim does not hold."""
        found = {hours: courses.fold(self.readout, hours) for hours in self.hours}
        return {hours: fold for hours, fold in found.items() if not self.low < fold < self.high}


def claim(drug: str, readout: str, hours: tuple[float, ...], source: str, **bounds: object) -> Signature:
    return Signature(drug=drug, readout=readout, hours=hours, source=source, **bounds)  # type: ignore[arg-type]


RAPALOGS = [
    row
    for drug in ("everolimus", "sirolimus")
    for row in (
        claim(drug, "pS6K_T389", THREE_DAYS, "acceptance; OBS-001, OBS-020: design", high=0.1),
        claim(drug, "pAKT_S473", (24,), "acceptance; OBS-001: design band 1.3 to 5", low=1.3, high=5.0),
        claim(drug, "IRS1_total", (24,), "acceptance (up); OBS-002: design", low=1.2),
        claim(drug, "p4EBP1_T37_46", (1, 3), "OBS-020: design", high=0.6),
        claim(drug, "p4EBP1_T37_46", (6,), "OBS-020: design", low=0.7),
        claim(drug, "p4EBP1_T37_46", (24,), "OBS-022: design", low=0.6),
        claim(drug, "pRictor_T1135", (24,), "OBS-120: design", high=0.2),
    )
]

ATP_COMPETITIVE = [
    claim("sapanisertib", "pAKT_S473", THREE_DAYS, "acceptance; OBS-030: design", high=0.3),
    claim("sapanisertib", "p4EBP1_T37_46", (24,), "OBS-025: design", high=0.5),
    claim("sapanisertib", "pSGK1_S422", (24,), "OBS-025: design (pNDRG1)", high=0.5),
    claim("sapanisertib", "HER3_total", (24, 72), "acceptance (up); OBS-037: design", low=1.2),
    claim("sapanisertib", "GRB10_total", (24,), "OBS-121: design", context="TSC2_null", high=0.8),
    claim("azd8055", "pAKT_S473", (1,), "OBS-030: design", high=0.15),
    claim("azd8055", "pAKT_S473", (24,), "OBS-030: design", high=0.3),
    claim("azd8055", "pAKT_T308", (1,), "OBS-030: design", high=0.5),
    claim("azd8055", "pS6K_T389", (24,), "OBS-031: design", high=0.1),
    claim("azd8055", "p4EBP1_T37_46", (24,), "OBS-031: design", high=0.25),
    claim("torin1", "p4EBP1_T37_46", (6, 24), "OBS-022: design", high=0.2),
    claim("torkinib", "p4EBP1_T37_46", (6, 24), "OBS-023: design, as OBS-022", high=0.2),
    claim("vistusertib", "ERBB3_mRNA", (24, 48), "OBS-037: design", low=1.2),
]

DUAL = [
    claim("dactolisib", "pAKT_S473", THREE_DAYS, "acceptance; OBS-039: design", high=0.5),
    claim("dactolisib", "pAKT_T308", THREE_DAYS, "acceptance", high=0.5),
    claim("dactolisib", "pS6", (24,), "OBS-039: design", high=0.3),
    claim("dactolisib", "HER3_total", (24, 72), "acceptance (up); OBS-035, OBS-037: design", low=1.2),
]

PI3K = [
    claim("pilaralisib", "pAKT_S473", (24,), "OBS-036: sign", high=1.0),
    claim("pilaralisib", "pS6", (24,), "OBS-036: sign", high=1.0),
    claim("pilaralisib", "HER3_total", (24,), "OBS-036: sign", low=1.0),
]

SINGLE = [
    claim(
        "everolimus", "pS6K_T389", (2,), "OBS-008: source, above 95 % off at 20 nM", high=0.05, dose="20 nM"
    ),
]

GENOTYPES = [
    claim("everolimus", "pS6K_T389", (2, 24), "OBS-070: design", variant="TSC2_loss", high=0.1),
    *(
        claim(
            drug,
            "pS6K_T389",
            (2, 24),
            "OBS-060, OBS-062: source, no effect of 100 nM; band is design",
            variant=variant,
            dose="100 nM",
            low=0.8,
            high=1.2,
        )
        for variant in ("MTOR_F2108L", "MTOR_A2034V", "MTOR_S2035F")
        for drug in ("everolimus", "sirolimus")
    ),
    *(
        claim("sapanisertib", "pS6K_T389", (2, 24), "OBS-062: design", variant=variant, high=0.2)
        for variant in ("MTOR_F2108L", "MTOR_A2034V", "MTOR_S2035F", "FKBP12_loss", "RICTOR_amp")
    ),
    claim("everolimus", "pS6K_T389", (24,), "RES-34: design, as OBS-060", variant="FKBP12_loss", low=0.8),
    claim("everolimus", "pS6K_T389", (2, 24), "RES-04: rapalog intact", variant="MTOR_M2327I", high=0.1),
    claim("everolimus", "pAKT_S473", (24,), "RES-29: design, as OBS-001", variant="RICTOR_amp", low=1.3),
    claim("azd8055", "pAKT_S473", (1,), "OBS-030: design", variant="HER2_amp", high=0.15),
    claim("azd8055", "pAKT_S473", (24,), "OBS-030: design", variant="HER2_amp", high=0.3),
    claim("azd8055", "pAKT_T308", (1,), "OBS-030: design", variant="HER2_amp", high=0.5),
]

# The signature table of the dossier (DRUGS.md section 0): signs, with a margin of 5 % (design).
UP, DOWN = 1.05, 0.95
TABLE = "DRUGS.md section 0: sign; margin is design"

MORE_CLASSES = [
    claim("everolimus", "pERK", (24,), "OBS-012: design", context="MCF7", low=1.2),
    claim("sapanisertib", "pERK", (24,), TABLE, low=UP),
    claim("dactolisib", "pERK", (24,), "OBS-035: design", context="BT474", low=1.2),
    claim("pilaralisib", "pERK", (24,), "OBS-035: design", context="BT474", low=1.2),
    # A dual inhibitor at a low dose; the row names neither cell nor dose. PI3K and mTORC2 are hit little.
    *(
        claim("dactolisib", readout, (24,), TABLE, context="MCF7", dose="30 nM", low=low, high=high)
        for readout, low, high in (
            ("pS6K_T389", 0.0, 0.4),
            ("p4EBP1_T37_46", 0.0, DOWN),
            ("pAKT_S473", UP, 5.0),
            ("pERK", UP, 5.0),
        )
    ),
    *(
        claim("mk2206", readout, (1, 24), TABLE, high=DOWN)
        for readout in ("pS6K_T389", "p4EBP1_T37_46", "pAKT_S473", "pAKT_T308", "AKT_output")
    ),
    claim("mk2206", "HER3_total", (24,), TABLE, low=UP),
    *(
        claim(drug, readout, (1, 24), "OBS-122: design (rise 1.2)", context="MCF7", low=1.2)
        for drug in ("capivasertib", "ipatasertib")
        for readout in ("pAKT_S473", "pAKT_T308")
    ),
    claim("capivasertib", "AKT_output", (1, 24), "OBS-122: design (fall to 0.4)", context="MCF7", high=0.4),
    claim("capivasertib", "pGSK3B_S9", (24,), "OBS-122: sign", context="MCF7", high=DOWN),
    claim("capivasertib", "pS6K_T389", (24,), "OBS-122: sign", context="MCF7", high=DOWN),
    claim("pf4708671", "pS6", (1, 24), "OBS-080: design", high=0.3),
    # "30 min to hours" in the source: facts.tsv asks for the highest within a day.
    claim("pf4708671", "pS6K_T389", (24,), "OBS-080: design", low=1.1),
    claim("pf4708671", "pAKT_S473", (24,), TABLE, low=UP),
    claim("pf4708671", "pER_S167", (24,), "OBS-081: sign", context="MCF7", high=DOWN),
    *(
        claim(drug, readout, (2, 24), "OBS-027, OBS-060: design", high=0.2)
        for drug in ("rapalink1", "rmc5552")
        for readout in ("pS6K_T389", "p4EBP1_T37_46")
    ),
    claim("rapalink1", "pS6K_T389", (24,), "OBS-060: design", variant="MTOR_F2108L", high=0.2),
    claim("rmc5552", "pAKT_S473", (24,), TABLE + " (- or 0)", high=UP),
    claim("lapatinib", "pAKT_T308", (4,), "OBS-033: design", context="BT474", high=0.5),
    claim("lapatinib", "ERBB3_mRNA", (24,), "OBS-033: sign", context="BT474", low=UP),
    claim("linsitinib", "pAKT_S473", (1, 24), "OBS-003: sign", high=DOWN),
    claim("trametinib", "pERK", (1, 24), "OBS-012: sign (MEK inhibitor)", high=0.5),
    claim("palbociclib", "pRB", (24,), "RES-07: sign", high=0.5),
    claim("palbociclib", "growth_rate", (24,), "RES-07: sign", high=DOWN),
    claim("fulvestrant", "ER_total", (24,), "OBS-013: sign (degrader)", context="MCF7", high=0.5),
    claim("fulvestrant", "cyclin_D1", (24,), "RES-07: sign", context="MCF7", high=DOWN),
    claim("letrozole", "cyclin_D1", (24,), "OBS-013: sign", context="MCF7", high=DOWN),
    claim("metformin", "pAMPK_T172", (1, 24), "RES-22: sign", low=UP),
    claim("metformin", "pS6K_T389", (24,), "RES-22: sign", high=DOWN),
]

SIGNATURES = [*RAPALOGS, *ATP_COMPETITIVE, *DUAL, *PI3K, *SINGLE, *GENOTYPES, *MORE_CLASSES]
