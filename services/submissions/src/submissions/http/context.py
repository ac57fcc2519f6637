"""What routes and pages take from a request: who asks, in which trace, and the service's context."""

from typing import Annotated

from fastapi import Depends, Request

from shared.access import Person
from shared.auth import require
from shared.web.middleware.trace import trace_id
from submissions.commands.context import Actor, SubmissionsContext


async def context_of(request: Request) -> SubmissionsContext:
    """Async, because FastAPI sends a plain function through a thread, which costs more than all our checks."""
    context: SubmissionsContext = request.app.state.context
    return context


reporter = require("reporter", "head")

Context = Annotated[SubmissionsContext, Depends(context_of)]
Anyone = Annotated[Person, Depends(require())]
Reporter = Annotated[Person, Depends(reporter)]
Coordinator = Annotated[Person, Depends(require("coordinator"))]
Opener = Annotated[Person, Depends(require("coordinator", "ops"))]


def actor_of(request: Request, person: Person) -> Actor:
    return Actor(person, trace_id(request.scope))
