"""What the tests of erasing are made of."""

from datetime import date

DAY = date(2026, 12, 1)
