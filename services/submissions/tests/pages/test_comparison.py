"""Two people on one form: nothing typed is lost, and nobody's figure is overwritten unseen."""

from hypothesis import given
from hypothesis import strategies as st

from submissions.pages.comparison import by_input, compare, label_of, words_of
from submissions.pages.typed_form import TypedForm, typed_of
from submissions.rules.form import FormRules

TEXTS = st.sampled_from(["", "1", "2", "abc"])
NAMES = ["value.1", "note.1", "value.2", "status.2", "narrative.general", "narrative.x", "evidence"]
FORMS = st.fixed_dictionaries({}, optional={name: TEXTS for name in NAMES})


@given(base=FORMS, mine=FORMS, theirs=FORMS)
def test_what_one_typed_stays_and_what_only_others_changed_is_taken(
    rules: dict[str, FormRules], base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    commune = rules["B01-XA"]
    forms = [TypedForm({**typed_of(commune, None, "vi").inputs, **one}) for one in (base, mine, theirs)]
    shown, differences = compare(commune, *forms)
    named = {name for one in differences for name in one.names}
    for one in differences:
        expected = forms[2] if one.changed == "others" else forms[1]
        assert [shown.of(name) for name in one.names] == [expected.of(name) for name in one.names]
        if one.changed == "others":
            assert [forms[0].of(name) for name in one.names] == [forms[1].of(name) for name in one.names]
        else:
            assert [forms[0].of(name) for name in one.names] != [forms[1].of(name) for name in one.names]
    for name in NAMES:
        if name not in named:
            assert shown.of(name) == forms[1].of(name) == forms[2].of(name)


def test_a_value_and_its_status_are_one(commune: FormRules) -> None:
    base, mine, theirs = (
        TypedForm({"value.1": value, "status.1": status})
        for value, status in (("61", "final"), ("62", "final"), ("", "missing"))
    )
    shown, (difference,) = compare(commune, base, mine, theirs)
    assert (shown.of("value.1"), shown.of("status.1"), difference.changed) == ("62", "final", "both")
    assert (difference.typed.vi, difference.now.vi, difference.now.en) == ("62", "Chưa có số liệu", "Missing")
    assert by_input([difference]) == {"value.1": difference}


def test_the_same_number_written_otherwise_does_not_differ(commune: FormRules) -> None:
    mine, theirs = TypedForm({"value.8": "1200"}), TypedForm({"value.8": "1.200"})
    assert compare(commune, TypedForm({}), mine, theirs)[1] == []
    big = TypedForm({"value.8": "1" * 39}), TypedForm({"value.8": "1" * 38 + "2"})
    assert len(compare(commune, TypedForm({}), *big)[1]) == 1


def test_what_differs_is_said_as_a_reader_would(commune: FormRules) -> None:
    typed = TypedForm({"value.0": "1", "value.1": "61", "status.1": "estimate", "status.2": "đoán"})
    assert words_of(commune, ("value.0", "status.0"), typed).vi == "Có"
    assert words_of(commune, ("value.1", "status.1"), typed).en == "61, Estimate"
    assert words_of(commune, ("value.2", "status.2"), typed).vi == "–"
    assert label_of(commune, "note.1").vi == "Ghi chú: Tổng số bé trai sinh ra sống"
    assert label_of(commune, "narrative.ke_hoach").en == "Other part: ke_hoach"
    assert label_of(commune, "narrative.general").vi == "Ghi chú chung"
    assert label_of(commune, "evidence").vi == "Tài liệu kèm theo"
