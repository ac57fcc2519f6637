"""A refusal as RFC 9457 wants it told: one document that lists every fault."""

MEDIA_TYPE = "application/problem+json"
