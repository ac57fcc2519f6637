"""Dead letters of a consuming service: `mount(app, …)` gives it the API and the pages."""

from fastapi import FastAPI

from shared.messaging.dead_letter import DeadLetters
from shared.web.dead_letters import api, pages


def mount(app: FastAPI, letters: DeadLetters) -> None:
    app.state.dead_letters = letters
    app.include_router(api.router)
    app.include_router(pages.router)
