"""Illustrative figures ("dữ liệu minh họa") for Đắk Nông, 2024 to 2026: invented, of believable size, always the same.

Magnitudes follow published ones where there are any (population 692,896 on 1 April 2024; national 3.1 of 1.80; sex
ratios at birth of 111 to 115). Communes share the province's totals by weights, so a new commune has what its
predecessors would have had and no total jumps in 2025.
"""

from decimal import Decimal

from shared.catalogue import Catalogue, Unit
from tiendo_local.demo.chance import chance
from tiendo_local.demo.plausible import plausible

YEARS = (2024, 2025, 2026)

# Province totals shared out among the communes: element → (2024, 2025, 2026).
SHARED = {
    "population": (692_896, 699_100, 705_400),
    "n_live_births_male": (5_980, 5_890, 5_810),
    "n_live_births_female": (5_240, 5_255, 5_230),
    "n_adolescent_women": (26_100, 26_200, 26_300),
    "n_adolescent_births": (611, 519, 471),
}
REACHED = ("0.55", "0.62", "0.66")

# Figures that a department reports for the province: element[, category] → (2024, 2025, 2026).
PROVINCIAL: dict[str, tuple[int | str, int | str, int | str]] = {
    "n_female_employed": (171_200, 172_500, 173_400),
    "n_female_wage_workers": (46_900, 49_300, 51_600),
    "n_female_employed_agri": (108_900, 106_200, 103_900),
    "n_directors_total": (4_150, 4_420, 4_700),
    "n_female_directors": (1_010, 1_165, 1_281),
    "total_unpaid_hours_female": ("38640.5", "37440.0", "36960.0"),
    "n_persons_unpaid_female": (2_400, 2_400, 2_400),
    "total_unpaid_hours_male": ("20010.0", "20240.0", "20470.5"),
    "n_persons_unpaid_male": (2_300, 2_300, 2_300),
    "n_master_total": (1_240, 1_310, 1_380),
    "n_master_female": (590, 641, 697),
    "n_phd_total": (42, 44, 47),
    "n_phd_female": (9, 11, 13),
    "n_victims_detected BLGD": (184, 171, 158),
    "n_victims_served BLGD": (149, 146, 139),
    "n_victims_detected BLG": (46, 43, 41),
    "n_victims_served BLG": (38, 37, 37),
    "n_perpetrators_detected_noncriminal BLGD": (139, 128, 117),
    "n_perpetrators_counselled BLGD": (78, 81, 79),
    "n_perpetrators_detected_noncriminal BLG": (31, 29, 27),
    "n_perpetrators_counselled BLG": (14, 16, 17),
    "n_trafficking_victims_needing": (3, 0, 2),
    "n_trafficking_victims_supported": (3, 0, 2),
    "n_public_social_facilities": (2, 2, 2),
    "n_facilities_gbv_active": (1, 2, 2),
    "n_maternal_deaths": (6, 5, 4),
    "n_live_births": (11_220, 11_145, 11_040),
    "n_lgbt_pilot_facilities": (0, 1, 1),
    "gender_curriculum_in_place": (1, 1, 1),
    "n_em_primary_cohort male": (1_480, 1_495, 1_502),
    "n_em_primary_completed male": (1_330, 1_340, 1_381),
    "n_em_primary_cohort female": (1_420, 1_430, 1_441),
    "n_em_primary_completed female": (1_312, 1_338, 1_362),
    "n_em_lsec_cohort male": (1_210, 1_225, 1_238),
    "n_em_lsec_completed male": (985, 1_030, 1_067),
    "n_em_lsec_cohort female": (1_190, 1_201, 1_215),
    "n_em_lsec_completed female": (1_020, 1_058, 1_093),
    "n_vet_new_total": (2_610, 2_700, 2_810),
    "n_vet_new_female": (745, 830, 930),
    "n_stations": (9, 1, 1),
    "n_stations_monthly_slot": (9, 1, 1),
}


class Illustration:
    """Values for any cell of any form of the plan."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        old = [u for u in catalogue.units.values() if u.level == "commune" and not catalogue.predecessors(u.key)]
        self._total = sum((self._weight(unit) for unit in old), Decimal(0))

    def _weight(self, unit: Unit) -> Decimal:
        """The commune's share before division; a merged commune weighs what its predecessors weighed."""
        predecessors = self._catalogue.predecessors(unit.key)
        if predecessors:
            return sum((self._weight(self._catalogue.unit(key)) for key in predecessors), Decimal(0))
        town = unit.name_vi.startswith(("Phường", "Thị trấn"))
        return (Decimal("1.6") if town else Decimal(1)) * (Decimal("0.6") + chance("weight", unit.key))

    def value(self, unit: Unit, element: str, category: str | None, year: int, quarter: int | None) -> Decimal:
        """The illustrative value of one cell, in the element's own unit."""
        at = YEARS.index(year)
        if element == "n_people_reached" or (element == "population" and category):
            return self._reached(unit, element, category, at)
        if element in SHARED:
            return self._share(unit, element, at)
        match element:
            case "female_key_leader":
                return Decimal(int(chance("leader", unit.key) < Decimal("0.46") + Decimal("0.07") * at))
            case "n_orgs_total" | "n_orgs_informed_committed":
                return self._organisations(unit, element, year)
            case "n_items_in_quarter":
                return Decimal(int(3 + at // 2 + 4 * chance("items", unit.key, year, quarter)))
        known = PROVINCIAL.get(f"{element} {category}" if category else element)
        return Decimal(known[at]) if known else self._plausible(unit, element, category, year, quarter)

    def _plausible(self, unit: Unit, element: str, category: str | None, year: int, quarter: int | None) -> Decimal:
        def value_of(other: str, part: str | None) -> Decimal:
            return self.value(unit, other, part, year, quarter)

        return plausible(self._catalogue, element, category, (unit.key, year, quarter), value_of)

    def _reached(self, unit: Unit, element: str, category: str | None, at: int) -> Decimal:
        total = self._share(unit, "population", at)
        reached = total if element == "population" else self._part(total, Decimal(REACHED[at]), unit.key, YEARS[at])
        return reached if category is None else self._by_sex(reached, category)

    def _share(self, unit: Unit, element: str, at: int) -> Decimal:
        return Decimal(int(SHARED[element][at] * self._weight(unit) / self._total))

    def _part(self, total: Decimal, share: Decimal, *seed: object) -> Decimal:
        return Decimal(int(total * min(Decimal(1), share * (Decimal("0.9") + chance("part", *seed) / 5))))

    def _by_sex(self, total: Decimal, category: str) -> Decimal:
        female = Decimal(int(total * Decimal("0.49")))
        return female if category == "female" else total - female

    def _organisations(self, unit: Unit, element: str, year: int) -> Decimal:
        total = 8 + int(8 * chance("organisations", unit.key))
        missing = 1 if year == 2024 and chance("informed", unit.key) < Decimal("0.4") else 0
        return Decimal(total if element == "n_orgs_total" else total - missing)
