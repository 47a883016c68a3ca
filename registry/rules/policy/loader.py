"""Loading policy packs: read, resolve `extends`, check, hash, keep."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from .errors import PackError, explain_validation
from .measures import Measure
from .schema import Pack
from .strict_yaml import YamlError, read_yaml

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "policies"


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPack:
    """A checked pack with the hash of its content and the file it came from."""

    pack: Pack
    content_hash: str
    source: str

    @property
    def id(self) -> str:
        """The pack's id."""
        return self.pack.head.id


class PackLibrary(Mapping[str, LoadedPack]):
    """The packs of one folder by id; cannot be changed."""

    def __init__(self, packs: Mapping[str, LoadedPack]) -> None:
        self._packs = MappingProxyType(dict(sorted(packs.items())))

    def __getitem__(self, pack_id: str) -> LoadedPack:
        return self._packs[pack_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packs)

    def __len__(self) -> int:
        return len(self._packs)

    def measures_of(self, pack_id: str) -> tuple[tuple[str, Measure], ...]:
        """Return (pack id, measure) of a pack: its own, then those of the catalogues that it names."""
        pack = self[pack_id].pack
        own = [(pack_id, measure) for measure in pack.measures]
        joined = [(name, measure) for name in pack.catalogues for measure in self[name].pack.measures]
        return (*own, *joined)


def content_hash(data: Any) -> str:
    """Return the sha256 of a pack's content in canonical JSON: key order and layout do not matter."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def parse_pack(data: Any, *, source: str) -> LoadedPack:
    """Check one pack's content (`extends` already resolved); raises PackError with every problem found."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        pack = Pack.model_validate_json(text)
    except ValidationError as error:
        raise PackError(explain_validation(source, error)) from error
    hashed = content_hash(pack.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return LoadedPack(pack=pack, content_hash=hashed, source=source)


def load_packs(path: Path | None = None) -> PackLibrary:
    """Load every *.yaml of a folder (default: the project's packs) once per process; raises PackError."""
    return _load(DEFAULT_FOLDER if path is None else path.resolve())


@lru_cache(maxsize=8)
def _load(folder: Path) -> PackLibrary:
    if not folder.is_dir():
        raise PackError([f"{folder}：不是文件夹，请给出存放政策包的文件夹"])
    raw: dict[str, tuple[str, dict[str, Any]]] = {}
    problems: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            data = _read(file)
        except PackError as error:
            problems += error.problems
            continue
        pack_id = _id_of(data, file)
        if pack_id in raw:
            problems.append(f"{file.name}：head.id：政策包“{pack_id}”与 {raw[pack_id][0]} 重复，请改用另一个 id")
        raw[pack_id] = (file.name, data)
    packs: dict[str, LoadedPack] = {}
    for pack_id, (name, _) in raw.items():
        try:
            packs[pack_id] = parse_pack(_resolved(pack_id, raw, ()), source=name)
        except PackError as error:
            problems += error.problems
    problems += _unknown_catalogues(packs) if not problems else []
    if problems:
        raise PackError(problems)
    return PackLibrary(packs)


def _read(file: Path) -> dict[str, Any]:
    try:
        data = read_yaml(file.read_text(encoding="utf-8"))
    except YamlError as error:
        raise PackError([f"{file.name}：{error}"]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackError([f"{file.name}：无法读取（{error}），请检查文件和编码（应为 UTF-8）"]) from error
    if not isinstance(data, dict):
        raise PackError([f"{file.name}：（整体）：应为“键: 值”的映射"])
    return data


def _id_of(data: dict[str, Any], file: Path) -> str:
    head = data.get("head")
    return str(head.get("id", file.stem)) if isinstance(head, dict) else file.stem


def _resolved(pack_id: str, raw: Mapping[str, tuple[str, dict[str, Any]]], below: tuple[str, ...]) -> dict[str, Any]:
    """Lay a pack over the pack it extends, and note where each inherited value came from.

    A section replaces the base's section, key by key where both are mappings; coded entries are laid over the entry of
    the same code, key by key; `head` is the pack's own. What is not named stays as it was in the base.
    """
    name, data = raw[pack_id]
    if "origins" in data:
        raise PackError([f"{name}：origins：该键由系统在载入时写入，请从文件中删去"])
    base_id = data.get("extends")
    if not base_id:
        return data
    if base_id not in raw:
        raise PackError([f"{name}：extends：没有政策包“{base_id}”，请改正或先建立该包"])
    if base_id in (*below, pack_id):
        raise PackError([f"{name}：extends：继承关系绕成一圈（{' → '.join((*below, pack_id, base_id))}），请断开"])
    base = _resolved(base_id, raw, (*below, pack_id))
    laid = Overlay(str(base_id), base.get("origins", {}))
    merged = {"head": data.get("head"), "extends": base_id}
    for key in {**base, **data}:
        if key not in ("head", "extends", "origins"):
            merged[key] = laid.section(key, base.get(key), data.get(key))
    return {**merged, "origins": laid.origins}


@dataclass(frozen=True, slots=True)
class Overlay:
    """One pack being laid over another. `known`: where the base itself had its values from; `origins`: the result."""

    base_id: str
    known: Mapping[str, str]
    origins: dict[str, str] = field(default_factory=dict)

    def section(self, path: str, base: Any, own: Any) -> Any:
        """Lay `own` over `base`, both as read, None where absent."""
        if own is None:
            self._inherit(path)
            return base
        if base is None:
            return own
        if _is_coded(base) and _is_coded(own):
            found = {each["code"]: each for each in own}
            known = {each["code"]: each for each in base}
            return [
                self._keys(f"{path}.{code}", known.get(code), found.get(code))
                for code in dict.fromkeys([*known, *found])
            ]
        if isinstance(base, dict) and isinstance(own, dict):
            return self._keys(path, base, own)
        return own

    def _keys(self, path: str, base: Any, own: Any) -> Any:
        if own is None:
            self._inherit(path)
            return base
        if base is None:
            return own
        for key in base:
            if key not in own and key != "code":
                self._inherit(f"{path}.{key}")
        return {**base, **own}

    def _inherit(self, path: str) -> None:
        above = [name for name in self.known if path == name or path.startswith(f"{name}.")]
        self.origins[path] = self.known[max(above, key=len)] if above else self.base_id
        self.origins.update({name: origin for name, origin in self.known.items() if name.startswith(f"{path}.")})


def _is_coded(part: Any) -> bool:
    return isinstance(part, list) and all(isinstance(each, dict) and "code" in each for each in part)


def _unknown_catalogues(packs: Mapping[str, LoadedPack]) -> list[str]:
    return [
        f"{loaded.source}：catalogues：没有政策包“{name}”，请改正或先建立该包"
        for loaded in packs.values()
        for name in loaded.pack.catalogues
        if name not in packs
    ]
