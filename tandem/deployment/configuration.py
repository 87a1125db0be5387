"""A configuration in JSON, as CDKTF synthesizes it.

https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.addresses import with_key
from tandem.deployment.blocks import texts
from tandem.deployment.expressions import Step, evaluate, references, steps
from tandem.deployment.model import Unresolved
from tandem.deployment.symbols import is_known
from tandem.deployment.world import Instance, Key, World, element

Json = Mapping[str, Any]

_META = ("//", "lifecycle", "provisioner", "connection", "provider", "depends_on")
_MOST = 10_000
"""Instances of one resource: of more than Terraform can plan it is not worth to ask."""


def world(document: Json) -> World:
    """The world that a configuration describes."""
    return _Configuration(document).world


class _Configuration:
    def __init__(self, document: Json) -> None:
        self.world = World("configuration")
        self._variables = _named(document.get("variable"))
        self._locals = {
            name: value
            for block in _blocks(document.get("locals"))
            for name, value in block.items()
        }
        self._of_locals: dict[str, frozenset[str]] = {}
        self._regions: dict[str, str] = {}
        self._providers(document)
        blocks = [
            (f"{prefix}{kind}", name, block)
            for section, prefix in (("resource", ""), ("data", "data."))
            for part in _blocks(document.get(section))
            for kind, named in part.items()
            for name, block in _named(named).items()
        ]
        # How many there are of some may follow from others: those last.
        for kind, name, block in sorted(blocks, key=lambda found: _is_repeated(found[2])):
            self._add(kind, name, block)
        for name in _named(document.get("module")):
            self.world.unresolved.append(
                Unresolved(
                    f"module.{name}", "source", "only Terraform reads modules: give a plan of it"
                )
            )

    def _providers(self, document: Json) -> None:
        for part in _blocks(document.get("provider")):
            for block in _blocks(part.get("aws")):
                alias = block.get("alias")
                region = evaluate(block.get("region"), self._lookup(None, None))
                if isinstance(region, str):
                    self._regions[f"aws.{alias}" if alias else "aws"] = region
                    if not alias:
                        self.world.region = region
                accounts = block.get("allowed_account_ids")
                if not alias and isinstance(accounts, list) and len(accounts) == 1:
                    self.world.account = str(accounts[0])

    def _add(self, type: str, name: str, block: Json) -> None:
        address = f"{type}.{name}"
        after = frozenset(self._needed(block))
        provider = str(block.get("provider") or "aws").strip("${}")
        for key, value in self._instances(address, block):
            lookup = self._lookup(key, value)

            def argument(name: str, lookup: Any = lookup) -> Any:
                if block[name] is None:
                    raise LookupError(name)  # the same as to say nothing
                return evaluate(block[name], lookup)

            self.world.add(
                Instance(
                    address=with_key(address, key),
                    module="",
                    type=type,
                    name=name,
                    key=key,
                    argument=argument,
                    said=lambda: (name for name in block if name not in _META),
                    region=self._regions.get(provider),
                    after=after,
                )
            )

    def _instances(self, address: str, block: Json) -> Iterator[tuple[Key, Any]]:
        lookup = self._lookup(None, None)
        if "count" in block:
            count = evaluate(block["count"], lookup)
            if isinstance(count, int | str) and str(count).isdigit() and int(count) <= _MOST:
                yield from ((number, None) for number in range(int(count)))
                return
        elif "for_each" in block:
            each = evaluate(block["for_each"], lookup)
            if isinstance(each, dict) and is_known(list(each)):
                yield from each.items()
                return
            if isinstance(each, list) and all(isinstance(it, str) and is_known(it) for it in each):
                yield from ((key, key) for key in each)
                return
        else:
            yield None, None
            return
        self.world.unresolved.append(
            Unresolved(
                address,
                "count" if "count" in block else "for_each",
                "only Terraform works out how many there are: one is assumed; give a plan",
            )
        )
        yield None, None

    def _needed(self, block: Json) -> Iterator[str]:
        """Addresses of what comes before a block."""
        said = [str(entry) for entry in texts(block, "depends_on")]
        rest = {name: value for name, value in block.items() if name != "depends_on"}
        for reference in (*said, *references(rest)):
            path = steps(reference)
            if len(path) < 2:
                continue
            if path[0] == "data" and len(path) > 2:
                yield f"data.{path[1]}.{path[2]}"
            elif path[0] == "local":
                yield from self._needed_by_local(str(path[1]))
            elif path[0] == "module":
                yield f"module.{path[1]}"
            elif path[0] not in ("var", "each", "count", "path", "self"):
                yield f"{path[0]}.{path[1]}"

    def _needed_by_local(self, name: str) -> frozenset[str]:
        if name not in self._of_locals:
            self._of_locals[name] = frozenset()  # one that refers to itself
            self._of_locals[name] = frozenset(self._needed({"": self._locals.get(name)}))
        return self._of_locals[name]

    def _lookup(self, key: Key, value: Any) -> Any:
        """What references mean inside the instance with that key."""

        def lookup(path: tuple[Step, ...]) -> Any:
            match path:
                case ("each", "key", *rest):
                    return _descend(key, rest)
                case ("each", "value", *rest):
                    return _descend(value, rest)
                case ("count", "index"):
                    return _descend(key, [])
            if path not in self.world.looked_up:
                self.world.looked_up[path] = everywhere(path)
            return self.world.looked_up[path]

        def everywhere(path: tuple[Step, ...]) -> Any:
            match path:
                case ("var", str() as name, *rest) if "default" in self._variables.get(name, {}):
                    return _descend(self._variables[name]["default"], rest)
                case ("local", str() as name, *rest):
                    return _descend(evaluate(self._locals[name], lookup), rest)
                case ("data", str() as type, str() as name, *rest):
                    return self._attribute(f"data.{type}", name, rest)
                case (str() as type, str() as name, *rest) if "_" in type:
                    return self._attribute(type, name, rest)
            raise LookupError(path)

        return lookup

    def _attribute(self, type: str, name: str, rest: list[Step]) -> Any:
        found = self.world.instances_named("", type, name)
        if rest and any(instance.key is not None for instance in found):
            found = [instance for instance in found if instance.key == rest[0]]
            rest = rest[1:]
        if len(found) != 1:
            raise LookupError(f"{type}.{name}")
        return self.world.follow(found[0], tuple(rest))


def _is_repeated(block: Json) -> bool:
    return "count" in block or "for_each" in block


def _descend(value: Any, path: list[Step]) -> Any:
    for step in path:
        value = element(value, step)
    if value is None:
        raise LookupError(path)
    return value


def _blocks(value: Any) -> list[Json]:
    """A block, or several of them: JSON allows either."""
    if isinstance(value, Mapping):
        return [value]
    return [block for block in value or [] if isinstance(block, Mapping)]


def _named(value: Any) -> dict[str, Json]:
    """Blocks by their label."""
    return {
        name: block
        for part in _blocks(value)
        for name, blocks in part.items()
        for block in _blocks(blocks)
    }
