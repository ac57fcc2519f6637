"""What a reader gets of the values of measures about victims, deaths and the like (docs/decisions/0028).

Three kinds of secrecy, by where the figures are collected and whose value it is. What several communes add up to is
*published* in batches; a commune's own value is *local*; what one body of the province reports is its *owner's*.
"""

from aggregation.rules.disclosure.batch import Member, is_publishable
from aggregation.rules.disclosure.member import ReportId, members
from aggregation.rules.disclosure.secrecy import Secrecy, has_sensitive, is_sensitive, secrecy
from aggregation.rules.disclosure.view import View, withheld

__all__ = [
    "Member",
    "ReportId",
    "Secrecy",
    "View",
    "has_sensitive",
    "is_publishable",
    "is_sensitive",
    "members",
    "secrecy",
    "withheld",
]
