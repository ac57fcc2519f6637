"""Why a dead letter cannot be replayed or discarded."""

from shared.errors import Problem, conflict, not_found
from shared.text import Fault, Text


class StillFails(Problem):
    """422: today's code cannot apply the letter either. `reason` is what it said, for people of ops."""

    def __init__(self, reason: str) -> None:
        title = Text(
            "Bản ghi vẫn chưa áp dụng được và vẫn chờ xử lý",
            "The letter still cannot be applied and stays where it is",
        )
        fault = Fault("still-fails", "", Text(reason, reason))
        super().__init__(422, "still-fails", title, [fault], extra={"reason": reason})
        self.reason = reason


def unknown() -> Problem:
    return not_found(Text("Không có bản ghi gác lại nào mang số này", "There is no dead letter of this number"))


def nothing_to_replay() -> Problem:
    text = Text(
        "Bản ghi này không giữ được nội dung nào, nên không phát lại được. Tìm nó trong Kafka theo vị trí đã ghi, "
        "hoặc bỏ qua kèm lý do.",
        "This letter holds no value, so there is nothing to replay. Look for it in Kafka at the place it names, "
        "or discard it with a reason.",
    )
    return conflict("no-value", text)


def replayed_already() -> Problem:
    text = Text(
        "Bản ghi này đã phát lại, không bỏ qua được nữa.", "This letter was replayed; it cannot be discarded any more."
    )
    return conflict("replayed-already", text)
