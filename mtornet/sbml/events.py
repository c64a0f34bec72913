"""SBML events to ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mtornet.expression import Apply, Expression
from mtornet.network.elements import Event
from mtornet.sbml.annotation import Details, details_of
from mtornet.sbml.features import label
from mtornet.sbml.formulas import UnsupportedMathError
from mtornet.sbml.ours import our_assignments, our_condition, our_formula
from mtornet.sbml.symbols import SymbolTable


@dataclass(slots=True)
class EventReader:
    """Reads the events of one model; what is assigned to a species becomes an amount."""

    table: SymbolTable

    def read(self, event: Any, number: int) -> Event | None:
        """Return the event of this number, or nothing if it is refused or never changes anything."""
        table = self.table
        if not event.isSetTrigger() or not event.getTrigger().isSetMath():
            table.notes.append(f"{label('event', event)} has no trigger and is left out")
            return None
        try:
            return self._event(event, number, details_of(event))
        except UnsupportedMathError as error:
            table.refusals.add(event, f"{label('event', event)} uses {error}")
        except _LateConcentrationError as error:
            table.refusals.add(event, f"{label('event', event)} {error}")
        return None

    def _event(self, event: Any, number: int, details: Details) -> Event | None:
        table, trigger = self.table, event.getTrigger()
        given = {
            a.getVariable(): table.reader.read(a.getMath())
            for a in event.getListOfEventAssignments()
            if a.isSetMath()
        }
        delay = self._formula(event.getDelay())
        priority = self._formula(event.getPriority())
        early = self._uses_trigger_time(event)
        if not any(table.changes(tree) for tree in given.values()):
            # The same values later; so the size of a compartment may be the one of that moment.
            early = early and not any(self._is_concentration_in_motion(name) for name in given)
        assignments = tuple(
            (name, self._assigned(event, name, tree, early=early)) for name, tree in given.items()
        )
        if not assignments:
            table.notes.append(f"{label('event', event)} changes nothing and is left out")
            return None
        return Event(
            id=event.getIdAttribute() or table.fresh(f"event{number}"),
            name=details.text("name", event.getName()),
            trigger=our_condition(details, self._in_amounts(trigger)),
            assignments=our_assignments(details, assignments),
            delay=None if delay is None else our_formula(details, "delay", delay),
            priority=None if priority is None else our_formula(details, "priority", priority),
            persistent=trigger.getPersistent() if trigger.isSetPersistent() else True,
            initial_value=trigger.getInitialValue() if trigger.isSetInitialValue() else True,
            use_values_from_trigger_time=early,
            provenance=details.provenance,
        )

    def _uses_trigger_time(self, event: Any) -> bool:
        # Before Level 2 Version 4 there was no choice.
        return bool(event.getUseValuesFromTriggerTime()) if event.isSetUseValuesFromTriggerTime() else True

    def _formula(self, part: Any) -> Expression | None:
        return self._in_amounts(part) if part is not None and part.isSetMath() else None

    def _in_amounts(self, part: Any) -> Expression:
        return self.table.in_amounts(self.table.reader.read(part.getMath()))

    def _is_concentration_in_motion(self, name: str) -> bool:
        species = self.table.species.get(name)
        if species is None or self.table.is_amount(species):
            return False
        return self.table.is_changing(species.getCompartment())

    def _assigned(self, event: Any, name: str, tree: Expression, *, early: bool) -> Expression:
        """Return what a target is set to: a concentration becomes an amount by the size at that moment."""
        table = self.table
        species = table.species.get(name)
        value = table.in_amounts(tree)
        if species is None or table.is_amount(species):
            return value
        place = species.getCompartment()
        if early and self._is_concentration_in_motion(name) and self._may_change_meanwhile(event, place):
            raise _LateConcentrationError(
                f"sets the concentration of {name!r} in {place!r}, whose size may change before that happens"
            )
        return Apply("*", (value, table.volume(place)))

    def _may_change_meanwhile(self, event: Any, place: str) -> bool:
        by_itself = any(a.getVariable() == place for a in event.getListOfEventAssignments())
        by_others = self.table.assigned_by_events[place] > by_itself
        return by_others or (event.isSetDelay() and event.getDelay().isSetMath())


class _LateConcentrationError(Exception):
    """An assignment that needs values of two moments."""
