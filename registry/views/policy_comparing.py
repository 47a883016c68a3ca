"""Two packs side by side, value by value."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.forms.policies import CompareForm
from registry.models import PolicyDraft, PolicyVersion
from registry.rules.policy.comparing import Difference, compare
from registry.rules.policy.errors import PackError
from registry.rules.policy.leaves import MARKS
from registry.rules.policy.schema import Pack
from registry.selectors.policies import pack_of
from registry.selectors.policy_drafts import draft_list, draft_pack
from registry.views.guards import permission

EDITION, DRAFT = "e", "d"


@permission("policy.view")
def policy_compare(request: HttpRequest) -> HttpResponse:
    """Compare any two stored editions or drafts."""
    form = CompareForm(request.GET or None, packs=_choices())
    context: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            old, new = (_pack(form.cleaned_data[side]) for side in ("old", "new"))
        except PackError as error:
            form.add_error(None, list(error.problems))
        else:
            found = _told(compare(old, new))
            context |= {"old": old, "new": new, "sections": _sections(found), "number": len(found)}
    return render(request, "registry/policies/compare.html", context)


def _choices() -> list[tuple[str, str]]:
    editions = PolicyVersion.objects.defer("text").order_by("pack_id", "-loaded_at", "-pk")
    drafts = draft_list().exclude(state=PolicyDraft.State.DISCARDED)
    return [
        *((f"{EDITION}{each.pk}", f"{each.title}（{each.content_hash[:8]}）") for each in editions),
        *((f"{DRAFT}{each.pk}", f"草案：{each.title}（{each.pack_id}）") for each in drafts),
    ]


def _pack(choice: str) -> Pack:
    if choice[0] == DRAFT:
        return draft_pack(PolicyDraft.objects.get(pk=choice[1:])).pack
    return pack_of(PolicyVersion.objects.get(pk=choice[1:]))


def _told(found: Sequence[Difference]) -> list[Difference]:
    """Leave out that a value is assumed, and why, where the changed value beside it shows it anyway."""
    shown = {each.owner for each in found if not _is_mark(each)}
    return [each for each in found if not _is_mark(each) or each.owner not in shown]


def _is_mark(difference: Difference) -> bool:
    return difference.path.rpartition(".")[2] in MARKS


def _sections(found: Sequence[Difference]) -> dict[str, list[Difference]]:
    sections: dict[str, list[Difference]] = {}
    for each in found:
        sections.setdefault(each.section, []).append(each)
    return sections
