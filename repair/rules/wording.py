"""Sentences of requests: what the subject may do next when it is refused."""

RECONSIDER_DAYS = 60  # 行政复议法 art. 20
SUE_MONTHS = 6  # 行政诉讼法 art. 46
NO_FEE = "以上途径均不向行政机关交纳办理费用。"


def objection_remedies(*, is_complaint: bool, has_joint_conference: bool) -> str:
    """Say which ways stay open after an objection or a complaint was refused or not accepted."""
    complain = "" if is_complaint or not has_joint_conference else "可以向联席会议办公室投诉；也"
    return f"不服本处理结果的，{complain}{court_remedies()}"


def court_remedies() -> str:
    """Say how to go to reconsideration and to court."""
    return f"可以自收到决定之日起{RECONSIDER_DAYS}日内依法申请行政复议，或者在{SUE_MONTHS}个月内依法提起行政诉讼。"


def repair_remedies(*, earliest: str) -> str:
    """Say what stays open after a repair was refused. `earliest`: the first possible day in words, empty if unknown."""
    again = f"自{earliest}起、条件具备后可以重新申请；" if earliest else "条件具备后可以重新申请；"
    return f"{again}不服本决定的，{court_remedies()}"
