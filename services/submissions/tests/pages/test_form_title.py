from submissions.pages.form_title import form_title, period_title
from submissions.rules.form import FormRules


def test_a_form_is_called_by_its_period(rules: dict[str, FormRules]) -> None:
    name = form_title(rules["B02-XA-Q"], "2026-Q3")
    assert name.vi == "B02-XA-Q: Biểu tin, bài hằng quý của xã, phường, thị trấn quý III/2026"
    assert name.en == "B02-XA-Q: Quarterly form of communes, wards and townships: information items for Q3 2026"
    assert period_title("2026").vi == "năm 2026"
