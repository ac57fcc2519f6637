"""A folder that is installed once: whole, or not at all."""

import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from tiendo_local.lock import locked

STAMP = ".whole"


def installed(folder: Path, sources: Iterable[Path], install: Callable[[Path], None]) -> Path:
    """`folder` as `install` fills it, from `sources`, which are files.

    A stamp is written last: what broke off half way, or was made from other sources, is removed and made anew. What
    is installed knows its own place, so that it cannot be made elsewhere and renamed. Who else needs it waits.
    """
    stamp = folder / STAMP
    made_from = sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    with locked(folder.with_name(f"{folder.name}.lock")):
        if not stamp.exists() or stamp.read_text() != made_from:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            install(folder)
            stamp.write_text(made_from)
    return folder
