"""What people read: sentences in both languages, their files, and numbers and days as an office writes them."""

from shared.text.text import Fault, Language, Text

__all__ = ["Fault", "Language", "Text"]
