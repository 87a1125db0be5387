"""Resources that are destroyed and created although they could be moved.

https://developer.hashicorp.com/terraform/language/modules/develop/refactoring
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from tandem.deployment.addresses import calls_of
from tandem.deployment.symbols import readable
from tandem.review.changes.likeness import Identity, alike, argument, differing, identity
from tandem.review.changes.meaning import keeps_things
from tandem.review.model import Rename
from tandem.review.reading.plan import Plan, ResourceChange

Pair = tuple[ResourceChange, ResourceChange]
"""One that is destroyed, and one that is created."""
Fits = Callable[[ResourceChange, ResourceChange], bool]

_MOST = 2500
"""Pairs of resources of a type that are compared with each other; of more nobody could tell."""
_NAMED = 5
"""Arguments that are said to differ."""
_SHARED = 0.8
"""Of a module's resources: those that the other one has too."""


def renames(plan: Plan) -> tuple[Rename, ...]:
    """What could be moved: whole modules, then resources, each at most once."""
    return tuple(_Search(plan).found())


class _Search:
    def __init__(self, plan: Plan) -> None:
        self._gone = {
            it.address: it for it in plan.changes if it.action == "destroy" and it.deposed is None
        }
        self._come = {it.address: it for it in plan.changes if it.action == "create"}
        others = (*plan.unchanged, *plan.changes)
        self._stays = [it for it in others if it.address not in self._gone]
        self._was = [it for it in others if it.address not in self._come]

    def found(self) -> list[Rename]:
        if not self._gone or not self._come:
            return []
        return [
            *self._modules(),
            *self._by_block(self._same_names()),
            *self._alike(),
            *self._kept(),
        ]

    def _take(self, old: ResourceChange, new: ResourceChange) -> None:
        del self._gone[old.address], self._come[new.address]

    def _modules(self) -> list[Rename]:
        """Modules that are gone as a whole, and are there as a whole under another name."""
        gone = _in_modules(self._gone.values(), self._stays)
        come = _in_modules(self._come.values(), self._was)
        votes: Counter[tuple[str, str]] = Counter()
        homes: dict[Hashable, list[str]] = defaultdict(list)
        for module, inside in come.items():
            for name, it in inside.items():
                homes[name, identity(it.type, it.after or {})].append(module)
        for module, inside in gone.items():
            for name, it in inside.items():
                said = identity(it.type, it.before or {})
                candidates = homes.get((name, said), []) if said else []
                if len(candidates) == 1:
                    votes[module, candidates[0]] += 1
        found = []
        # The outermost first: with it goes all that is inside.
        for old, new in sorted(votes, key=lambda it: (it[0].count("."), -votes[it], it)):
            before, after = gone[old], come[new]
            shared = [name for name in before if name in after]
            free = all(it.address in self._gone for it in before.values())
            free = free and all(it.address in self._come for it in after.values())
            if free and len(shared) >= _SHARED * max(len(before), len(after)):
                pairs = [(before[name], after[name]) for name in shared]
                found.append(Rename(readable(old), readable(new), True, _differs(pairs)))
                for it in before.values():
                    del self._gone[it.address]
                for it in after.values():
                    del self._come[it.address]
        return found

    def _same_names(self) -> list[Pair]:
        """Resources that AWS calls the same: each of them would collide with itself."""
        gone = _unique((it, identity(it.type, it.before or {})) for it in self._gone.values())
        come = _unique((it, identity(it.type, it.after or {})) for it in self._come.values())
        pairs = [(gone[key], come[key]) for key in gone if key in come]
        for old, new in pairs:
            self._take(old, new)
        return pairs

    def _alike(self) -> list[Rename]:
        """Resources without names that are configured the same."""
        found = []
        for old, new in self._only_pairs(_is_configured_alike):
            self._take(old, new)
            found.append(Rename(readable(old.address), readable(new.address), False))
        return found

    def _kept(self) -> list[Rename]:
        """What holds data and has another name now, with what belongs to it."""
        found = []
        for old, new in self._only_pairs(_is_called_otherwise):
            was = identity(old.type, old.before or {}) or ()
            will = identity(new.type, new.after or {}) or ()
            self._take(old, new)
            found.append(_renamed(old, new, certain=False))
            for beside, other in self._beside(dict(was), dict(will)):
                self._take(beside, other)
                found.append(_renamed(beside, other, certain=False))
        return found

    def _beside(self, was: Mapping[str, str], will: Mapping[str, str]) -> list[Pair]:
        """What is known by the name of something else, such as the policy of a repository."""
        new_of = {value: will.get(name, value) for name, value in was.items()}
        come = _unique((it, identity(it.type, it.after or {})) for it in self._come.values())
        found = []
        for it in self._gone.values():
            said = identity(it.type, it.before or {})
            if said and any(value in new_of for _, value in said):
                other = come.get((it.type, tuple((name, new_of.get(v, v)) for name, v in said)))
                if other:
                    found.append((it, other))
        return found

    def _only_pairs(self, fits: Fits) -> list[Pair]:
        """Pairs that fit where neither fits anything else."""
        gone, come = _by_type(self._gone.values()), _by_type(self._come.values())
        found = []
        for kind, olds in gone.items():
            news = come.get(kind, [])
            if len(olds) * len(news) > _MOST:
                continue
            pairs = [(old, new) for old in olds for new in news if fits(old, new)]
            left = Counter(old.address for old, _ in pairs)
            right = Counter(new.address for _, new in pairs)
            found += [it for it in pairs if left[it[0].address] == right[it[1].address] == 1]
        return found

    def _by_block(self, pairs: Sequence[Pair]) -> list[Rename]:
        """Renames of resources; of one with `for_each` that is renamed as a whole only one."""
        blocks: dict[tuple[str, str], list[Pair]] = defaultdict(list)
        for old, new in pairs:
            blocks[_block(old), _block(new)].append((old, new))
        used = Counter(map(_block, (*self._stays, *self._was)))
        found = []
        for (was, will), inside in blocks.items():
            keys = [it.key == other.key is not None for it, other in inside]
            whole = len(inside) > 1 and all(keys) and used[was] == used[will] == len(inside)
            if whole and was != will:
                found.append(Rename(readable(was), readable(will), True, _differs(inside)))
            else:
                found += [_renamed(*pair, certain=True) for pair in inside]
        return found


def _renamed(old: ResourceChange, new: ResourceChange, *, certain: bool) -> Rename:
    name = dict(identity(old.type, old.before or {}) or ())
    differs = differing(old, new)
    return Rename(
        old=readable(old.address),
        new=readable(new.address),
        certain=certain,
        differs=tuple(readable(it) for it in differs if it not in name)[:_NAMED],
        keeps=tuple(argument(it, value) for it, value in name.items() if it in differs),
    )


def _block(it: ResourceChange) -> str:
    """The address without the instance's key."""
    return ".".join(part for part in (it.module, it.type, it.name) if part)


def _is_configured_alike(old: ResourceChange, new: ResourceChange) -> bool:
    if identity(old.type, old.before or {}) or identity(new.type, new.after or {}):
        return False
    return not differing(old, new) and alike(old, new) > 1


def _is_called_otherwise(old: ResourceChange, new: ResourceChange) -> bool:
    if not keeps_things(old.type):
        return False
    was, will = identity(old.type, old.before or {}), identity(new.type, new.after or {})
    if not was or not will or [name for name, _ in was] != [name for name, _ in will]:
        return False
    return set(differing(old, new)) <= {name for name, _ in was} | {"tags"}


def _by_type(items: Iterable[ResourceChange]) -> dict[str, list[ResourceChange]]:
    found: dict[str, list[ResourceChange]] = defaultdict(list)
    for it in items:
        found[it.type].append(it)
    return found


def _unique(
    items: Iterable[tuple[ResourceChange, Identity | None]],
) -> dict[tuple[str, Identity], ResourceChange]:
    """Resources by type and name, without those of which several are called the same."""
    found: dict[tuple[str, Identity], list[ResourceChange]] = defaultdict(list)
    for it, said in items:
        if said:
            found[it.type, said].append(it)
    return {key: them[0] for key, them in found.items() if len(them) == 1}


def _in_modules(
    items: Iterable[ResourceChange], others: Iterable[ResourceChange]
) -> dict[str, dict[str, ResourceChange]]:
    """Resources by module and by address in it, of modules in which there is nothing else."""
    found: dict[str, dict[str, ResourceChange]] = defaultdict(dict)
    for it in items:
        for module in _around(it.address):
            found[module][it.address.removeprefix(f"{module}.")] = it
    for module in {module for it in others for module in _around(it.address)}:
        found.pop(module, None)
    return found


def _around(address: str) -> list[str]:
    """The modules that a resource is in, the outermost first."""
    calls = calls_of(address)
    return [".".join(calls[:depth]) for depth in range(1, len(calls) + 1)]


def _differs(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """What differs in a module, as in `aws_ecr_repository.this.tags`."""
    found = [
        readable(f"{new.address.removeprefix(f'{new.module}.')}.{name}")
        for old, new in pairs
        for name in differing(old, new)
    ]
    more = len(found) - _NAMED
    return (*found[:_NAMED], *([f"and {more} more"] if more > 0 else []))
