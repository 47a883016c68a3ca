"""What a cross-check says: which lists count, and the sentences of each kind of flag. Pure.

Bases: 市级安全生产“黑名单”制度第六条 (off red lists), 沂源县方案二·三·1 (several fields: heavier); that a listing reaches
nobody but the listed: 国办发〔2020〕49号 (过惩相当, nobody widens a list).
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

# Lists that count as a field's blacklist; grading and focus lists are warnings inside the office.
BLACK: Final = frozenset({"blacklist", "joint-sanction"})
HONOUR, DOMAINS, COMPANY = "honour", "domains", "company"
_INTERNAL: Final = "一项内部监管名单"


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry in force as sentences name it. `last_day`: the last day in force."""

    label: str
    department: str
    since: dt.date
    last_day: dt.date
    domain: str = ""
    is_public: bool = True

    @property
    def words(self) -> str:
        inside = "" if self.is_public else "，内部名单"
        return f"{self.label}（{self.department}认定，{self.since}至{self.last_day}{inside}）"

    @property
    def outward(self) -> str:
        """The entry as it may be named to a department that does not see internal lists."""
        return self.words if self.is_public else _INTERNAL


@dataclass(frozen=True, slots=True)
class Ground:
    """What a flag rests on. `about`: id of the listed subject; `subject_id`: whom the flag stands with; `until`: first
    day without the ground beside the entries, None where it has no known end. `departments`: whom to tell, with the
    sentence that each may read."""

    kind: str
    key: str
    about: int
    subject_id: int
    entry_ids: tuple[int, ...]
    basis: str
    explanation: str
    person_id: int | None = None
    until: dt.date | None = None
    departments: dict[int, str] = field(default_factory=dict)


def honour_basis(honour: str, listed: Listed) -> str:
    """Say which honour and which list do not go together."""
    return f"持有{honour}，同时在列{listed.words}。"


HONOUR_EXPLANATION: Final = (
    "同一主体不应既享受守信激励又被失信惩戒：失信名单的认定部门与红名单的认定部门应当核对；列入确有依据的，红名单资格"
    "依规定终止，激励停止；列入有误的，先更正名单。两个部门都已通知。"
)


def honour_notice(name: str, honour: str, listed: str) -> str:
    """Say the same to a department, with what it is asked to do."""
    return (
        f"{name}持有{honour}，同时在列{listed}。请核对本部门的认定：应当移出红名单的依程序移出并停止激励，"
        "列入失信名单有误的依程序更正。处理后在“交叉核查”中由信用监管办公室登记。"
    )


def domains_basis(entries: list[Listed]) -> str:
    """Say on which fields' lists the subject stands at once."""
    return (
        f"同时在{len({each.domain for each in entries})}个领域在列：" + "；".join(each.words for each in entries) + "。"
    )


def domains_explanation(heavier: list[str]) -> str:
    """Say what follows from standing on several fields' lists. `heavier`: titles and clauses of the rules that say so."""
    if heavier:
        return f"{'、'.join(heavier)}规定，在多个领域列入的，惩戒从重。请各认定部门会商，措施仍以现行措施清单为限。"
    return "现行政策没有规定因此从重。各名单的措施分别实施，不得在措施清单之外加重。"


def company_basis(person: str, listed: Listed, company: str, roles: list[str]) -> str:
    """Say which listed person holds which role in which other company."""
    return f"{person}在列{listed.words}；现任{company}的{'、'.join(roles)}。"


COMPANY_EXPLANATION: Final = (
    "仅供日常监管参考，不是对该单位的认定。名单只对在列人员本人有效，不及于其任职的其他单位：不得据此认定该单位失信，"
    "不得限制其办理任何事项，不得因此增加其负担，不得对外提供。在列人员本人依法不得担任的职务，由登记机关另行核实。"
)
