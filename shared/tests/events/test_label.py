"""What bytes say of themselves, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import Label, label


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (
            b'{"type": "vn.tiendo.later.v2", "source": "/submissions", "more": 1}',
            ("vn.tiendo.later.v2", "/submissions"),
        ),
        (b'{"type": "with space", "source": "no-slash"}', (None, None)),
        (b'{"type": "nul\\u0000", "source": ["/x"]}', (None, None)),
        (b'{"type": "\xc3\xa9"}', (None, None)),
        (b'["type"]', (None, None)),
        (b"[" * 100_000, (None, None)),
        (b"\xff\xfe", (None, None)),
        (None, (None, None)),
    ],
)
def test_only_what_looks_right_is_told(value: bytes | None, told: tuple[str | None, str | None]) -> None:
    assert label(value) == Label(*told)


@given(st.binary(max_size=200))
def test_it_never_raises(value: bytes) -> None:
    label(value)
