"""Which folders hold more files than a reader takes in at a glance. Pure: paths in, sentences out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

MOST = 12
ROOTS = {"src", "tests"}
# Their files are numbered, or one per language, type or sample: nobody looks for a second noun there.
ASIDE = {"versions", "messages", "schemas", "published", "samples"}


def crowded(paths: Iterable[str], most: int = MOST) -> Iterator[str]:
    """For each folder below `src` or `tests` with more than `most` files, `__init__.py` aside, what to do about it."""
    files = Counter(
        str(path.parent)
        for path in map(PurePosixPath, paths)
        if path.name != "__init__.py" and ROOTS & set(path.parts) and not ASIDE & set(path.parts)
    )
    for folder, count in sorted(files.items()):
        if count > most:
            yield (
                f"{folder} holds {count} files, more than {most}: look for the second noun and give it a folder "
                "with one door (docs/design.md 2.2)"
            )
