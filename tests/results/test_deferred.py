"""Solutions and equilibria that are put into words when somebody looks."""

import copy
import pickle
from dataclasses import fields, replace

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.results import Equilibrium
from deterrence_games.results.deferred import Deferred

FORM = dg.StrategicForm.from_arrays([[2.5, 0], [0, 1]], [[1, 0], [0, 2]], name="battle of the sexes")


def equal(one, other):
    """Whether two records say the same; arrays and enumerations included."""
    return repr(one) == repr(other)


def pickled(record):
    """Through a pickle and back."""
    return pickle.loads(pickle.dumps(record))  # noqa: S301 - written a moment before


@pytest.mark.parametrize("through", [copy.copy, copy.deepcopy, pickled, replace])
def test_a_deferred_record_tells_the_same_after_copying(through):
    known, fresh = dg.solve(FORM), dg.solve(FORM)
    for equilibrium in known:
        assert equilibrium.behavior  # now told
    told = through(fresh)
    assert equal(known, told)
    for one, other in zip(known, told, strict=True):
        assert all(equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(Equilibrium))


def test_what_is_known_is_there_without_telling_and_the_rest_is_told_once():
    told = []

    def tell():
        told.append(1)
        return Equilibrium(payoffs={"row": 1.0}, regret=0.0, margin=2.0, verdict="strict")

    record = Equilibrium.deferred(tell, {"regret": 0.0, "margin": 2.0, "profile": (np.ones(1),)})
    assert (record.regret, record.margin, record.strict, len(record.profile), told) == (0.0, 2.0, True, 1, [])
    assert (record.payoffs, record.verdict, record.behavior, told) == ({"row": 1.0}, "strict", {}, [1])
    with pytest.raises(AttributeError, match="'Equilibrium' object has no attribute 'beauty'"):
        _ = record.beauty


@pytest.mark.parametrize("record", [dg.results.Solution, Equilibrium])
def test_no_field_that_is_told_hides_behind_a_default_of_the_class(record):
    assert issubclass(record, Deferred)
    always_known = {"name", "profile", "belief_sets", "outcome_class", "exact"}  # of an Equilibrium, where they differ from it
    assert {field.name for field in fields(record) if hasattr(record, field.name)} <= always_known
