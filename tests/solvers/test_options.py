"""Options that no solver can work with are refused when the solver is made, by name and with what would do."""

import math

import numpy as np
import pytest

import deterrence_games as dg

SHARE = (-0.1, 1.0, math.nan, math.inf, "1e-9", None, True, 10**400)
POSITIVE = (0.0, -1, math.nan, "many", None, True)


def count(least):
    """What is no whole number from `least` on."""
    return (least - 1, 2.5, math.nan, "many", None, True, 2**63)


BAD = {
    (dg.VertexEnumeration, "tol"): SHARE,
    (dg.VertexEnumeration, "max_vertices"): count(1),
    (dg.VertexEnumeration, "max_exact_steps"): count(0),
    (dg.VertexEnumeration, "max_equilibria"): count(1),
    (dg.SupportEnumeration, "tol"): SHARE,
    (dg.PolynomialEnumeration, "tol"): SHARE,
    (dg.PolynomialEnumeration, "max_boxes"): count(1),
    (dg.PolynomialEnumeration, "max_support_boxes"): count(1),
    (dg.LogitPath, "regret"): (*SHARE, 0.0),
    (dg.LogitPath, "greatest_lambda"): POSITIVE,
    (dg.LogitPath, "most_points"): count(1),
    (dg.LemkeHowson, "cap"): count(2),
    (dg.LemkeHowson, "pivots"): count(0),
    (dg.Lemke, "pivots"): count(0),
    (dg.BackwardInduction, "tol"): SHARE,
    (dg.BackwardInduction, "limit"): count(1),
    (dg.PerfectBayesian, "tol"): SHARE,
    (dg.PerfectBayesian, "max_steps"): count(0),
    (dg.PerfectBayesian, "max_cells"): count(1),
    (dg.BatchEnumeration, "tol"): (*SHARE, 1e-5),
    (dg.BatchEnumeration, "threads"): tuple(value for value in count(1) if value is not None),
    (dg.BatchEnumeration, "max_gigabytes"): POSITIVE,
}


@pytest.mark.parametrize(
    ("solver", "option", "value"), [(*where, value) for where, values in BAD.items() for value in values], ids=repr
)
def test_an_option_that_cannot_be_is_refused(solver, option, value):
    with pytest.raises(dg.SolverError, match=rf"{solver.__name__}: {option}.*give "):
        solver(**{option: value})


@pytest.mark.parametrize(("solver", "option"), BAD, ids=repr)
def test_numbers_of_other_types_do(solver, option):
    """Kernels would be compiled anew for each type, or fail."""
    default = getattr(solver(), option)
    number = 2 if default is None else default
    given = np.float32(number) if isinstance(number, float) else np.int64(number)
    taken = getattr(solver(**{option: given}), option)
    assert type(taken) is type(number)
    assert taken == pytest.approx(number)


def test_a_solver_for_batches_is_needed_for_a_batch():
    with pytest.raises(dg.SolverError, match=r"a batch of games: solver is VertexEnumeration\(.*; give a BatchEnumeration"):
        dg.solve_batch(np.zeros((1, 2, 2, 2)), dg.VertexEnumeration())


@pytest.mark.parametrize(
    ("solver", "options"),
    [
        (dg.VertexEnumeration, {"max_vertices": 10}),
        (dg.VertexEnumeration, {"max_equilibria": 5}),
        (dg.PolynomialEnumeration, {"max_boxes": 3}),
        (dg.LogitPath, {"most_points": 2}),
        (dg.LemkeHowson, {"pivots": 0}),
    ],
    ids=repr,
)
def test_a_limit_ends_with_its_status_and_what_was_found(solver, options):
    pennies = np.array([[1.0, -1.0, 0.3], [-1.0, 1.0, 0.2], [0.1, -0.4, 0.0]])
    games = {
        "max_equilibria": dg.StrategicForm.from_arrays(np.eye(6), np.eye(6)),
        "max_vertices": dg.StrategicForm.from_arrays(*np.random.default_rng(3).random((2, 8, 8))),
    }
    form = games.get(next(iter(options)), dg.StrategicForm.from_arrays(pennies, 0.1 * pennies.T - pennies))
    limited = dg.solve(form, solver=solver(**options), throw=False)
    assert limited.status is dg.results.Status.LIMIT
    assert not limited.complete
    assert all(found.regret <= 1e-9 for found in limited)
    if not limited.equilibria:
        with pytest.raises(dg.SolverError, match="stopped at a limit"):
            dg.solve(form, solver=solver(**options))
