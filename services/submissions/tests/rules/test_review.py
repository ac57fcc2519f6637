"""The life of revisions as a property: any sequence of acts leads where a table of six lines says."""

from hypothesis import given
from hypothesis import strategies as st

from submissions.rules.review import Refusal, next_state

ACTS = st.lists(st.sampled_from(["submit", "accept", "return", "withdraw"]), max_size=12)


@given(ACTS)
def test_the_latest_revision_walks_the_table(acts: list[str]) -> None:
    states: list[str] = []
    for act in acts:
        if act == "submit":
            states.append("submitted")
            continue
        if not states:
            continue
        for earlier in range(len(states) - 1):
            assert next_state(states[earlier], earlier + 1, len(states), act) == Refusal("not_latest")  # type: ignore[arg-type]
        before = states[-1]
        after = next_state(before, len(states), len(states), act)  # type: ignore[arg-type]
        allowed = before == "submitted" or (before == "accepted" and act == "return")
        assert isinstance(after, str) == allowed
        if isinstance(after, str):
            states[-1] = after
            assert after == {"accept": "accepted", "return": "returned", "withdraw": "withdrawn"}[act]
