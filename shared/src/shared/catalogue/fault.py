from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A line of a catalogue file, counted from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class CatalogueFault:
    file: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code}: {self.message}"


class CatalogueError(ValueError):
    """A catalogue that cannot be used, with every fault it has."""

    def __init__(self, faults: list[CatalogueFault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(slots=True)
class Faults:
    """Collects faults, so that one reading names all of them."""

    found: set[CatalogueFault] = field(default_factory=set)

    def add(self, location: Location, code: str, message: str) -> None:
        self.found.add(CatalogueFault(location.file, location.line, code, message))

    def sorted(self) -> list[CatalogueFault]:
        return sorted(self.found)
