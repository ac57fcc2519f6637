"""The zone in which days and deadlines are counted; instants are kept in UTC (docs/design.md 3.10)."""

from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
