"""Identifiers however they are written."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.identifier import read_uuid, writings

ID = UUID("01a22552-b7ea-7a40-a153-ea15f3348764")


@pytest.mark.parametrize(
    "written",
    [str(ID), str(ID).upper(), ID.urn, ID.urn.upper(), ID.hex, ID.hex.upper(), f"{{{ID}}}", f"  {ID}\n", f"urn:uuid:{ID.hex}"],
)  # fmt: skip
def test_all_writings_of_one_id(written: str) -> None:
    assert read_uuid(written) == ID and {str(ID), ID.hex} <= set(writings(written))


@pytest.mark.parametrize("written", ["", "x", "6.3/DAK_NONG/2026", str(ID)[:-1], "٠" * 32, "g" * 32, "{}", "-" * 32])
def test_what_is_no_id_stays_as_it_is(written: str) -> None:
    assert read_uuid(written) is None and writings(f" {written} ")[0] == written


def test_a_hash_and_a_trace_in_capitals() -> None:
    assert "ab" * 32 in writings("AB" * 32) and "0af7651916cd43dd8448eb211c80319c" in writings(
        "0AF7651916CD43DD8448EB211C80319C"
    )


@given(st.text())
def test_no_text_is_an_error(written: str) -> None:
    assert writings(written)[0] == written.strip() and len(writings(written)) <= 4
