"""A person's words in a body that pydantic reads, as they are kept."""

from pydantic_core import PydanticCustomError

from shared.text.words import hiding_faults, kept


def as_kept(said: str) -> str:
    """For `AfterValidator`, before the constraints of length: composed, and "" for what shows nothing. One character
    that hides something is a fault of its own kind."""
    words = kept(said)
    for fault in hiding_faults(words, ""):
        raise PydanticCustomError("hidden_character", "a hidden character", {"vi": fault.text.vi, "en": fault.text.en})
    return words
