"""A draw made again from what was kept of it, and where the plan's visits differ from it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incentives.models import Inspection, InspectionPlan
from incentives.rules import draw
from registry.models import Attachment


@dataclass(frozen=True)
class Redrawn:
    """A repeated draw. `problems`: what does not agree with what is kept, in Chinese; empty when all does."""

    drawn: Sequence[draw.Drawn]
    assignments: Sequence[draw.Assignment]
    problems: tuple[str, ...]


def population_text(members: Iterable[draw.Member]) -> bytes:
    """Return the members as kept: the very bytes that `draw.population_hash` covers."""
    lines = (f"{each.key}\t{each.stratum}\t{'' if each.room is None else each.room}\n" for each in members)
    return "".join(sorted(lines)).encode()


def population_read(content: bytes) -> list[draw.Member]:
    """Return the members of a kept population, in the order of its lines. Raises ValueError for anything else."""
    members = []
    for line in content.decode().splitlines():
        key, stratum, room = line.split("\t")
        members.append(draw.Member(key, stratum, int(room) if room else None))
    return members


def staff_read(plan: InspectionPlan) -> list[draw.Inspector]:
    """Return the inspectors as they stood when the plan was drawn."""
    return [draw.Inspector(key, most, frozenset(conflicts), code) for key, most, conflicts, code in plan.staff]


def population_content(plan: InspectionPlan) -> bytes:
    """Return the kept population of a drawn plan. Raises Attachment.DoesNotExist for a plan that was not drawn."""
    kept = plan.population
    if kept is None:
        raise Attachment.DoesNotExist
    with kept.file.open("rb") as file:
        content: bytes = file.read()
    return content


def redraw(plan: InspectionPlan) -> Redrawn:
    """Repeat the draw of a drawn plan from its kept population, staff and seed, and compare.

    Visits that took the place of others are no part of the first draw and are left out of the comparison.
    """
    problems = []
    content = population_content(plan)
    if hashlib.sha256(content).hexdigest() != plan.population_hash:
        problems.append("总体文件与公布的总体哈希不一致，文件被改动")
    if draw.commitment_of(plan.seed) != plan.seed_hash:
        problems.append("种子与抽取前公布的种子哈希不一致")
    if plan.algorithm != draw.VERSION:
        problems.append(f"抽取时的算法是{plan.algorithm}，现在的是{draw.VERSION}，不能直接比对")
    outcome = draw.draw(population_read(content), plan.quotas, plan.seed)
    assignments = draw.assign(outcome.drawn, staff_read(plan), plan.seed, each=plan.each, per_department=True)
    problems += _differences(plan, outcome.drawn, assignments)
    return Redrawn(outcome.drawn, assignments, tuple(problems))


def _differences(
    plan: InspectionPlan, drawn: Sequence[draw.Drawn], assignments: Sequence[draw.Assignment]
) -> list[str]:
    kept = {
        visit.key: visit
        for visit in Inspection.objects.filter(plan=plan, replaces__isnull=True).prefetch_related("team__inspector")
    }
    problems = [f"应抽中{each.key}，名单中没有" for each in drawn if each.key not in kept]
    expected = {each.key for each in drawn}
    problems += [f"名单中的{key}不应抽中" for key in sorted(kept.keys() - expected)]
    for each, pair in zip(drawn, assignments, strict=True):
        visit = kept.get(each.key)
        if visit is None:
            continue
        if (visit.stratum, visit.place) != (each.stratum, each.place):
            problems.append(f"{each.key}的层或者顺序不一致")
        if tuple(_first_team(visit)) != pair.inspectors:
            problems.append(f"{each.key}的检查人员不一致")
    return problems


def _first_team(visit: Inspection) -> list[str]:
    """Return the inspectors drawn with the visit, in the order drawn; who joined for another one comes later."""
    team = sorted(visit.team.all(), key=lambda each: each.pk)
    return [str(each.inspector.public_id) for each in team if not each.is_stand_in]
