"""What a browser sends, and where its faults stand."""

from typing import Any

import pytest

from services.audit.tests.audit_driver import Audit
from services.audit.tests.page_check import check
from services.audit.tests.page_forms import FORM, send


async def test_faults_stand_on_top_and_beside_and_what_was_typed_is_kept(audit: Audit) -> None:
    wrong = FORM | {"period": "", "findings-1-cause": "", "document_number": "5/KL", "scope": "Giữ <lại> chữ này"}
    text = check(await send(audit, "/inspections/new", wrong), 422)
    for id_ in ("period", "findings-1-cause", "document_number"):
        assert f'href="#{id_}"' in text and f'id="{id_}-error"' in text
    for said in (
        "Kỳ số liệu: chưa điền. Hãy điền nội dung.",
        "Phát hiện 2, Vì sao: chưa điền. Hãy điền nội dung.",
        "Số kết luận: dự thảo chưa ký",
    ):
        assert f">{said}" in text
    assert text.count(">Chưa điền. Hãy điền nội dung.</p>") == 2  # beside the fields, under their labels
    assert "Giữ &lt;lại&gt; chữ này" in text and "Điều 5" in text and 'value="giam_sat" selected' in text
    assert 'value="page-1"' in text and await audit.rows("select id from inspection") == []


@pytest.mark.parametrize("form", [{}, {"boxes": "9" * 5}, {"boxes": "-1"}, {"boxes": "0"}, {"boxes": "60"}])
async def test_forms_nobody_would_send(audit: Audit, form: dict[str, Any]) -> None:
    check(await send(audit, "/inspections/new", form), 422)
