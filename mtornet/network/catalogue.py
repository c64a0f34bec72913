"""An ordered, immutable mapping from id to element."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from typing import Protocol, TypeVar

from mtornet.errors import ModelError
from mtornet.names import unknown_name


class HasId(Protocol):
    """Anything with an ``id``."""

    @property
    def id(self) -> str:
        """The element's name within its model."""


T = TypeVar("T", bound=HasId)


class Catalogue(Mapping[str, T]):
    """Elements by id, in their order: ``catalogue["AKT"]``, ``list(catalogue)``, ``catalogue.values()``."""

    __slots__ = ("_by_id", "_kind")

    def __init__(self, kind: str, elements: Iterable[T]) -> None:
        self._kind = kind
        self._by_id: dict[str, T] = {}
        for element in elements:
            if element.id in self._by_id:
                raise ModelError(f"{kind} {element.id!r} stands twice")
            self._by_id[element.id] = element

    def __getitem__(self, name: str) -> T:
        try:
            return self._by_id[name]
        except KeyError:
            raise unknown_name(self._kind, name, self._by_id) from None

    def __contains__(self, name: object) -> bool:
        return name in self._by_id

    def get(self, name: str, default: T | None = None) -> T | None:  # type: ignore[override]
        """Return the element, or ``default`` if there is none."""
        return self._by_id.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    # Without these two each element would be looked up by its id: large networks feel that.
    def values(self) -> ValuesView[T]:
        """Return the elements, in order."""
        return self._by_id.values()

    def items(self) -> ItemsView[str, T]:
        """Return ids with their elements, in order."""
        return self._by_id.items()

    def __len__(self) -> int:
        return len(self._by_id)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Catalogue):
            return NotImplemented
        return list(self._by_id.values()) == list(other._by_id.values())

    def __hash__(self) -> int:
        return hash(tuple(self._by_id.values()))

    def __repr__(self) -> str:
        return f"<{len(self)} {self._kind}: {', '.join(list(self)[:6])}{', ...' if len(self) > 6 else ''}>"

    def replaced(self, *elements: T) -> Catalogue[T]:
        """Return a catalogue with elements of the same ids exchanged."""
        fresh = dict(self._by_id)
        for element in elements:
            if element.id not in fresh:
                raise unknown_name(self._kind, element.id, self._by_id)
            fresh[element.id] = element
        return Catalogue(self._kind, fresh.values())
