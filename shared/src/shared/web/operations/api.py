"""GET operations: what waits in this service, for whoever may see dead letters."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from shared.access import Person
from shared.auth import require
from shared.web.operations.report import OperationsReport
from shared.web.operations.schemas import ServiceOperations


def report_of(request: Request) -> OperationsReport:
    report: OperationsReport = request.app.state.operations
    return report


Report = Annotated[OperationsReport, Depends(report_of)]
Watcher = Annotated[Person, Depends(require("ops", "auditor"))]
router = APIRouter(prefix="/api/v1/operations", tags=["operations"])


@router.get("", response_model=ServiceOperations)
async def get_operations(report: Report, person: Watcher) -> ServiceOperations:
    """Outbox, dead letters, lag of the consumer group and slow traces, as they are now."""
    return await report.now()
