"""`tiendo deadletters`: look at a service's dead letters, replay them, discard them, over its HTTP API.

Addresses and token are those of the last `tiendo up`, unless `--url` and `--token` name a system elsewhere.
"""

import argparse
from collections.abc import Iterator
from typing import Any

import httpx

from tiendo_local.console import LocalFault, say
from tiendo_local.workspace import Workspace, read_json

UNIT = "SO_NOI_VU"
PAGE = 100
SECONDS = 120


def run(workspace: Workspace, given: argparse.Namespace) -> int:
    """Print what was asked for. 1 when a letter could not be applied. Raises LocalFault."""
    with DeadLetterClient(_url(workspace, given), given.token or _token(workspace)) as letters:
        if given.act == "list":
            return _list(letters, given)
        if given.act == "show":
            return _show(letters.one(given.id))
        if given.act == "discard":
            letters.discard(given.id, given.why)
            say(f"{given.id}: discarded")
            return 0
        results = letters.replay_all(_filters(given)) if given.all else iter([letters.replay(given.id)])
        failed = 0
        for one in results:
            failed += bool(one.get("reason"))
            say(_harmless(f"{one['id']}: {one['outcome'] or one['state']}{_because(one)}"))
        return 1 if failed else 0


class DeadLetterClient:
    """A service's dead letters. Every method raises LocalFault with the problem as the service tells it."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        self._client = httpx.Client(headers=headers, timeout=SECONDS)
        self._root = f"{url.rstrip('/')}/api/v1/dead-letters"

    def __enter__(self) -> "DeadLetterClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def all(self, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            page = self._ask(
                "GET", "", params={**filters, "limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
            )
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def one(self, id_: int) -> dict[str, Any]:
        return self._ask("GET", f"/{id_}")

    def discard(self, id_: int, note: str) -> None:
        self._ask("POST", f"/{id_}/discard", json={"reason": note})

    def replay(self, id_: int) -> dict[str, Any]:
        """As `replay_all` answers each: `reason` is set when it still cannot be applied."""
        answer = self._send("POST", f"/{id_}/replay")
        if answer.status_code == 422 and answer.json().get("code") == "still-fails":
            return {"id": id_, "state": "not applied", "outcome": None, "reason": answer.json()["reason"]}
        return {"reason": None, **_content(answer)}

    def replay_all(self, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Oldest first; each letter once, also those that fail again."""
        cursor: str | None = None
        while True:
            page = self._ask("POST", "/replay", json={**filters, "limit": PAGE, "cursor": cursor})
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        return _content(self._send(method, path, **request))

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return self._client.request(method, self._root + path, **request)
        except httpx.HTTPError as fault:
            raise LocalFault(f"{self._root} does not answer: {fault}. Is the system up?") from fault


def _content(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_error:
        try:
            problem = answer.json()
            told = [problem["title"], *(f"{one['pointer']}: {one['message']}" for one in problem["errors"])]
        except (ValueError, KeyError, TypeError):
            told = [answer.text[:500]]
        raise LocalFault(f"{answer.status_code} {'; '.join(told)}")
    content: dict[str, Any] = answer.json()
    return content


def _list(letters: DeadLetterClient, given: argparse.Namespace) -> int:
    filters = _filters(given)
    if given.all:
        del filters["state"]
    for one in letters.all(filters):
        workspace = f"{one['topic']}/{one['partition']}@{one['offset']}"
        head = f"{one['id']:>6}  {one['created_at'][:19]}  {one['state']:<9} {one['attempts']:>3}  {workspace:<26}"
        say(_harmless(f"{head} {one['type'] or '-'}  {one['reason'][:100]}"))
    return 0


def _show(letter: dict[str, Any]) -> int:
    for name, value in letter.items():
        if name not in ("value", "text"):
            say(_harmless(f"{name:<12} {'-' if value is None else value}"))
    say("")
    if letter["size"] is None:
        say("no value")
    elif letter["text"] is None:
        say(f"{letter['size']} bytes, no event: auditors read them")
    else:
        say(_harmless(letter["text"]))
    return 0


def _filters(given: argparse.Namespace) -> dict[str, str]:
    return {name: value for name in ("state", "topic", "type", "reason") if (value := getattr(given, name))}


def _because(result: dict[str, Any]) -> str:
    return f": {result['reason']}" if result.get("reason") else ""


def _harmless(text: str) -> str:
    """A stranger's record must not command the terminal."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in text)


def _url(workspace: Workspace, given: argparse.Namespace) -> str:
    if given.url:
        return str(given.url)
    state = read_json(workspace.state)
    if not state:
        raise LocalFault(f"{workspace.state} is not there: start the system with `tiendo up` first, or give --url.")
    return str(state["urls"][given.service])


def _token(workspace: Workspace) -> str:
    from tiendo_local.issuer import Issuer

    return Issuer(workspace.local / "issuer").token("ops", UNIT)
