"""Resources as Terraform will make them, and what each of their attributes is known to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tandem.deployment.attributes import derived, prefix_of
from tandem.deployment.expressions import Step
from tandem.deployment.model import Unresolved
from tandem.deployment.symbols import is_known, symbol

Key = str | int | None
"""The instance's key of `for_each`, its number of `count`, or neither."""


@dataclass(eq=False)
class Instance:
    """One resource or data source."""

    address: str
    module: str
    """Address of its module, as in `module.web["a"]`; empty: the root."""
    type: str
    """As in `aws_iam_role`; a data source's begins with `data.`."""
    name: str
    key: Key
    argument: Callable[[str], Any] = field(repr=False)
    """What the input says of an argument or an attribute; raises LookupError where nothing."""
    said: Callable[[], Iterator[str]] = field(repr=False)
    """Names of all arguments and attributes of which the input says something."""
    region: str | None = None
    """Where its provider works, if the input says so."""
    after: frozenset[str] = frozenset()
    """Addresses, without keys, of what Terraform makes before it."""
    known: Mapping[str, Any] | None = field(default=None, repr=False)
    """All that is said of it, where all of that is known; None: ask for each argument."""

    def argument_or_none(self, name: str) -> Any:
        """What the input says of an argument; None where nothing."""
        try:
            return self.argument(name)
        except LookupError:
            return None


class World:
    """All instances, by address and by what refers to them."""

    def __init__(self, kind: Literal["configuration", "plan", "state"]) -> None:
        self.kind = kind
        self.instances: dict[str, Instance] = {}
        self.unresolved: list[Unresolved] = []
        self.account = symbol("account")
        self.region = symbol("region")
        self.detached: set[tuple[str, str]] = set()
        """Roles by name, and names and ARNs of policies that they lose: a plan still lists them."""
        self.looked_up: dict[tuple[Step, ...], Any] = {}
        """What references of a configuration mean, whoever refers."""
        self._known: dict[tuple[str, str], Any] = {}
        self._values: dict[str, dict[str, Any]] = {}
        self._regions: dict[str, str] = {}
        self._asked: set[tuple[str, str]] = set()
        self._named: dict[tuple[str, str, str], list[Instance]] = defaultdict(list)
        self._of_type: dict[str, dict[str, Instance]] = defaultdict(dict)

    def add(self, instance: Instance) -> None:
        """Add an instance."""
        self.instances[instance.address] = instance
        self._named[instance.module, instance.type, instance.name].append(instance)
        self._of_type[instance.type][instance.address] = instance

    def forget(self) -> None:
        """Work everything out anew: more is known than when it was worked out."""
        self.looked_up.clear()
        self._known.clear()
        self._values.clear()
        self._regions.clear()

    def instances_named(self, module: str, type: str, name: str) -> list[Instance]:
        """The instances of a resource of a module."""
        return self._named.get((module, type, name), [])

    def of_type(self, *types: str) -> Iterator[Instance]:
        """All instances of some types, in the order of their addresses."""
        found = {address: it for kind in types for address, it in self._of_type[kind].items()}
        for address in sorted(found):
            yield found[address]

    @property
    def partition(self) -> str:
        """The partition, which follows from the region."""
        return self._place(self.region)["partition"]

    def region_of(self, instance: Instance) -> str:
        """Where an instance is: as it says, as its provider says, or as its ARN says."""
        if instance.address not in self._regions:
            said = instance.argument_or_none("region") or instance.region
            arn = str(instance.argument_or_none("arn")).split(":")
            region = str(said or (arn[3] if len(arn) > 5 and arn[3] else self.region))
            self._regions[instance.address] = region
        return self._regions[instance.address]

    def attribute(self, instance: Instance, name: str) -> Any:
        """An argument or attribute; a symbol where it is not known before the apply."""
        asked = instance.address, name
        if asked in self._known:
            return self._known[asked]
        if asked in self._asked:
            raise LookupError(f"{instance.address}.{name} refers to itself")
        self._asked.add(asked)
        try:
            value = self._attribute(instance, name)
        finally:
            self._asked.discard(asked)
        self._known[asked] = value
        return value

    def _attribute(self, instance: Instance, name: str) -> Any:
        value = None
        try:
            value = instance.argument(name)
            if not isinstance(value, str) or is_known(value):
                return value
        except LookupError:
            pass
        own = symbol(f"{instance.address}.{name}")
        if value not in (None, own):
            return value
        prefix = None if instance.type.startswith("data.") else prefix_of(name)
        if prefix:
            try:
                return f"{instance.argument(prefix) or ''}{own}"
            except LookupError:
                return own
        found = derived(
            instance.type,
            name,
            lambda other: self.attribute(instance, other),
            self._place(self.region_of(instance)),
        )
        return own if found is None else found

    def follow(self, instance: Instance, path: tuple[Step, ...]) -> Any:
        """What `path`, which begins with an attribute, leads to.

        Raises:
            LookupError: Nobody knows.
        """
        if not path:
            raise LookupError(instance.address)
        value = self.attribute(instance, str(path[0]))
        for step in path[1:]:
            value = element(value, step)
        return value

    def values(self, instance: Instance) -> dict[str, Any]:
        """All that is said of an instance, resolved."""
        if instance.address not in self._values:
            found = instance.known or {
                name: self.attribute(instance, name) for name in instance.said()
            }
            self._values[instance.address] = {
                name: value for name, value in found.items() if value is not None
            }
        return self._values[instance.address]

    def _place(self, region: str) -> Mapping[str, str]:
        if not is_known(region):
            partition, suffix = symbol("partition"), symbol("dns_suffix")
        elif region.startswith("cn-"):
            partition, suffix = "aws-cn", "amazonaws.com.cn"
        elif region.startswith("us-gov-"):
            partition, suffix = "aws-us-gov", "amazonaws.com"
        else:
            partition, suffix = "aws", "amazonaws.com"
        return {
            "partition": partition,
            "account": self.account,
            "region": region,
            "dns_suffix": suffix,
        }


def element(value: Any, step: Step) -> Any:
    """An element of a list, an object or a block of which there is one."""
    match value, step:
        case dict(), str() if step in value:
            return value[step]
        case list(), int() if step < len(value):
            return value[step]
        case list(), str() if len(value) == 1:  # a block
            return element(value[0], step)
        case dict(), 0:
            return value
    raise LookupError(step)
