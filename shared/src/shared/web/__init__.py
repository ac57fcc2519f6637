"""The web shell that the four services share: problems, languages, pages, sign-in, limits."""
