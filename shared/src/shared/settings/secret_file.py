"""A secret in a file, as container platforms hand it over; read at every use, so that it can be renewed in place."""

from pathlib import Path

from pydantic import SecretStr


def read_secret(file: Path) -> SecretStr:
    """What the file holds, without a line break at its end. Raises OSError, UnicodeDecodeError."""
    return SecretStr(file.read_text("utf-8").rstrip("\r\n"))


def secret_file_fault(name: str, file: Path) -> str | None:
    """Why the file that the variable `name` names is of no use, or None."""
    try:
        return None if read_secret(file).get_secret_value() else f"{name}: {file} is empty"
    except (OSError, UnicodeDecodeError) as error:
        return f"{name}: {file} cannot be read ({type(error).__name__})"
