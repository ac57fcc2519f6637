"""What codes a filter or an inspection may name."""

from audit.rules.vocabulary import vocabulary
from audit.settings import AuditSettings
from shared.catalogue import load


def test_years_and_their_quarters_are_periods() -> None:
    catalogue = load(AuditSettings(environment="test").catalogue_path)
    codes = vocabulary(catalogue)
    assert {"2026", "2026-Q1", "2026-Q4"} <= set(codes.periods)
    assert not {"2026-Q5", "26", "2026-12"} & set(codes.periods)
    assert "4.1" in codes.measures and set(codes.units) == set(catalogue.units)
