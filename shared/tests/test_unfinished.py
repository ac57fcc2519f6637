from dataclasses import dataclass

from shared.unfinished import Unfinished


@dataclass(eq=False)
class Sender:
    name: str
    given_up: list[str]

    @property
    def address(self) -> str:
        return self.name[0]

    def give_up(self) -> None:
        self.given_up.append(self.name)


def stragglers(unfinished: Unfinished, given_up: list[str], *names: str) -> dict[str, Sender]:
    """Each of the address that its name begins with."""
    made = {name: Sender(name, given_up) for name in names}
    for straggler in made.values():
        unfinished.enter(straggler)
    return made


def test_the_oldest_of_the_largest_crowd_makes_room() -> None:
    given_up: list[str] = []
    unfinished = Unfinished(5)
    stragglers(unfinished, given_up, "office 1", "attacker 1", "attacker 2", "office 2", "attacker 3")
    assert given_up == []
    stragglers(unfinished, given_up, "home 1")
    assert given_up == ["attacker 1"] and len(unfinished) == 5
    stragglers(unfinished, given_up, *(f"attacker {n}" for n in range(4, 90)))
    assert not {"home 1", "office 2"} & set(given_up), "a crowd makes room for itself"
    assert len(unfinished) == 5


def test_who_has_finished_counts_no_more() -> None:
    given_up: list[str] = []
    unfinished = Unfinished(2)
    entered = stragglers(unfinished, given_up, "a 1", "a 2")
    for straggler in entered.values():
        unfinished.leave(straggler)
        unfinished.leave(straggler)
    assert len(unfinished) == 0
    stragglers(unfinished, given_up, "b 1", "b 2")
    assert given_up == []
