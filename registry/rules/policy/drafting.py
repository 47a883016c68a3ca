"""Drafts of packs: reading what an officer wrote, and changing single values with their reasons. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pydantic import BaseModel

from .conditions import Node, PointsNode
from .errors import PackError
from .leaves import MARKS, Leaf, Plain, leaves_of
from .loader import LoadedPack, Overlay, parse_pack
from .schema import Pack
from .strict_yaml import YamlError, read_yaml

LONGEST_TEXT: Final = 1_000_000
_MOST_VALUES: Final = 200_000
_NUMBERS: Final = {"integer": "整数", "decimal": "数字"}


@dataclass(frozen=True, slots=True)
class Field:
    """One value that may be changed on a form; `name` addresses it within this text of the draft."""

    name: str
    leaf: Leaf

    @property
    def label(self) -> str:
        """What the value is called below its block."""
        return " › ".join(self.leaf.titles[len(self.leaf.owner) :])


@dataclass(frozen=True, slots=True)
class Block:
    """The values that stand under one clause, and are the source's or assumed together."""

    name: str
    title: str
    section: str
    clause: str
    assumed: bool
    reason: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class BlockChange:
    """What an officer asks for one block: texts by field name, why, and the clause where a source says so."""

    values: Mapping[str, str]
    reason: str
    clause: str = ""


def parse_draft(text: str, *, source: str, bases: Mapping[str, str]) -> LoadedPack:
    """Read a draft. `bases`: the newest stored text of every pack by id, for `extends` and `catalogues`.

    Raises PackError with every problem found, each naming `source`, key, value and way out.
    """
    if len(text) > LONGEST_TEXT:
        raise PackError([f"{source}：全文{len(text)}字，超过{LONGEST_TEXT}字，请删去与规则无关的内容"])
    try:
        data = read_yaml(text)
    except YamlError as error:
        raise PackError([f"{source}：{error}"]) from error
    if not isinstance(data, dict):
        raise PackError([f"{source}：（整体）：应为“键: 值”的映射，请从“head:”写起"])
    if _size(data, {}) > _MOST_VALUES:
        raise PackError([f"{source}：（整体）：用 & 和 * 引用展开后内容过多，请写出各处的值，不用引用"])
    loaded = parse_pack(_laid_over_base(data, source, bases), source=source)
    known = {*bases, loaded.id}
    unknown = [name for name in loaded.pack.catalogues if name not in known]
    if unknown:
        raise PackError([f"{source}：catalogues：没有政策包“{name}”，请改正或先载入该包" for name in unknown])
    return loaded


def _size(part: Any, known: dict[int, int]) -> int:
    """Count the values as if written out, without writing them out."""
    if not isinstance(part, dict | list):
        return 1
    if id(part) not in known:
        inner = part.values() if isinstance(part, dict) else part
        known[id(part)] = 1 + sum(_size(each, known) for each in inner)
    return known[id(part)]


def _laid_over_base(data: dict[str, Any], source: str, bases: Mapping[str, str]) -> dict[str, Any]:
    """Lay a text that extends a pack over it, as the loader does for files; a text that was laid already stays."""
    base_id = data.get("extends")
    if not base_id or "origins" in data:
        return data
    if not isinstance(base_id, str) or base_id not in bases:
        raise PackError([f"{source}：extends：没有政策包“{base_id}”，请改正或先载入该包"])
    base = read_yaml(bases[base_id])
    laid = Overlay(base_id, base.get("origins", {}))
    sections = dict.fromkeys([*base, *data])
    merged = {
        key: laid.section(key, base.get(key), data.get(key)) for key in sections if key not in _LAID_APART
    }  # fmt: skip
    return {"head": data.get("head"), "extends": base_id, **merged, "origins": laid.origins}


_LAID_APART: Final = frozenset({"head", "extends", "origins"})


def blocks_of(pack: Pack) -> list[Block]:
    """Return every number, threshold, term, window, choice and flag of the pack, grouped by the clause it is under."""
    found: dict[tuple[Any, ...], list[Leaf]] = {}
    for leaf in leaves_of(pack):
        is_value = leaf.kind != "text" or leaf.choices
        if is_value and leaf.owner and leaf.steps[-1] not in MARKS:
            found.setdefault(leaf.owner, []).append(leaf)
    return [_block(owner, leaves) for owner, leaves in found.items()]


def _block(owner: tuple[Any, ...], leaves: list[Leaf]) -> Block:
    first = leaves[0]
    return Block(
        name=_name(owner),
        title=" › ".join(first.titles[: len(owner)]),
        section=first.titles[0],
        clause=first.clause,
        assumed=first.assumed,
        reason=first.reason,
        fields=tuple(Field(_name(leaf.steps), leaf) for leaf in leaves),
    )


def _name(steps: Iterable[Any]) -> str:
    return "/".join(map(str, steps))


def with_values(loaded: LoadedPack, changes: Mapping[str, BlockChange]) -> tuple[LoadedPack, list[str]]:
    """Return the pack with the asked values, and the places (Chinese) that really changed.

    `changes` by block name. A changed block is marked `assumed` with the reason, unless a clause is given: then the
    clause is written and the mark taken away. A condition's own words that no longer fit its values go, so that reasons are
    told from the values. Raises PackError: a value of the wrong kind, a change without a reason,
    or a pack that is not of the form any more.
    """
    data = loaded.pack.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    changed: list[str] = []
    problems: list[str] = []
    for block in blocks_of(loaded.pack):
        change = changes.get(block.name)
        if change is None:
            continue
        try:
            values = _changed_values(block, change, loaded.source)
        except PackError as error:
            problems += error.problems
            continue
        for field, value in values:
            _put(data, field.leaf.steps, value)
            changed.append(f"{field.leaf.title}：{field.leaf.text} → {change.values[field.name].strip()}")
        if values:
            problems += _mark(data, block, change, loaded)
    if problems:
        raise PackError(problems)
    new = parse_pack(data, source=loaded.source)
    stale = _stale_labels(loaded.pack, new.pack)
    if not stale:
        return new, changed
    for steps, label in stale:
        _put(data, (*steps, "label"), "")
        changed.append(f"原说明“{label}”与改后的数值不符，已改为依数值写成的说明")
    return parse_pack(data, source=loaded.source), changed


def _stale_labels(old: Pack, new: Pack) -> list[tuple[tuple[Any, ...], str]]:
    """Return the place and label of every condition whose words were written for other values than it has now."""
    now = dict(_conditions(new, ()))
    return [
        (steps, node.label)
        for steps, node in _conditions(old, ())
        if node.label and node.label == now[steps].label and _asks(old, node) != _asks(new, now[steps])
    ]


def _conditions(part: Any, steps: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Node]]:
    """Yield every condition at and below a part of a pack, with its place as a leaf's steps give it."""
    if isinstance(part, tuple):
        for index, each in enumerate(part):
            yield from _conditions(each, (*steps, index))
    if not isinstance(part, BaseModel):
        return
    if isinstance(part, Node):
        yield steps, part
    for name, field in type(part).model_fields.items():
        yield from _conditions(getattr(part, name), (*steps, field.alias or name))


def _asks(pack: Pack, node: Node) -> tuple[Any, Any]:
    """Return all that a condition asks for, its wording and origin aside; points are asked within the pack's window."""
    counts_points = any(isinstance(each, PointsNode) for _, each in _conditions(node, ()))
    window = pack.points.window if counts_points and pack.points else None
    return _without_wording(node.model_dump(mode="json", by_alias=True)), window


def _without_wording(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_wording(each) for key, each in part.items() if key not in _WORDING}
    return [_without_wording(each) for each in part] if isinstance(part, list) else part


_WORDING: Final = frozenset({"label", "clause", *MARKS})


def _changed_values(block: Block, change: BlockChange, source: str) -> list[tuple[Field, Any]]:
    read = [
        (each, _read(each.leaf, change.values[each.name], source))
        for each in block.fields
        if each.name in change.values
    ]
    return [(field, value) for field, value in read if _differs(field.leaf, value)]


def _differs(leaf: Leaf, value: Plain) -> bool:
    if leaf.kind == "decimal":
        return Decimal(str(leaf.value)) != Decimal(str(value))
    return leaf.value != value


def _read(leaf: Leaf, text: str, source: str) -> Plain:
    text = text.strip()
    if leaf.kind == "flag":
        return text in ("true", "on", "是")
    if leaf.kind == "text":
        return text
    try:
        return int(text) if leaf.kind == "integer" else str(Decimal(text))
    except (ValueError, InvalidOperation):
        raise PackError(
            [f"{source}：{leaf.title}：应为{_NUMBERS[leaf.kind]}，请改正数值（现填：{text or '空'}）"]
        ) from None


def _put(data: Any, steps: tuple[Any, ...], value: Any) -> None:
    for step in steps[:-1]:
        data = data[step] if isinstance(data, list) else data.setdefault(step, {})
    data[steps[-1]] = value


def _mark(data: dict[str, Any], block: Block, change: BlockChange, loaded: LoadedPack) -> list[str]:
    """Write on the changed block where its values come from now."""
    if not change.reason.strip():
        return [f"{loaded.source}：{block.title}：改了数值，没有写理由。请填写理由；文件有规定的，再填条款"]
    steps = block.fields[0].leaf.owner
    is_cited = bool(change.clause.strip())
    _put(data, (*steps, "assumed"), not is_cited)
    _put(data, (*steps, "reason"), "" if is_cited else change.reason.strip())
    if is_cited:
        _put(data, (*steps, "clause"), change.clause.strip())
    if loaded.pack.origins:
        path = ".".join(block.fields[0].leaf.parts[: len(steps)])
        data["origins"][path] = loaded.id
    return []
