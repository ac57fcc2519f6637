from pathlib import Path

from shared.catalogue import CatalogueFault, check

Case = tuple[str, str, str, str, str]
"""A file, a text in it and what replaces it; the code of the fault that this makes, and words of its message."""


class PlanCopy:
    """A copy of the packaged plan to break on purpose."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def edit(self, name: str, old: str, new: str) -> int:
        """Replace the first `old`; the line it stood on. Fails when there is none."""
        path = self.folder / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        head, found, tail = text.partition(old)
        assert found, f"{old!r} is not in {name}.yaml"
        path.write_text(head + new + tail, encoding="utf-8")
        return head.count("\n") + 1

    def faults(self) -> list[CatalogueFault]:
        return check([self.folder])

    def check_case(self, case: Case) -> None:
        name, old, new, code, words = case
        self.edit(name, old, new)
        assert any(fault.code == code and words in fault.message for fault in self.faults()), self.faults()
