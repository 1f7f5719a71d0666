"""All solutions of multilinear systems, against exact elimination in SymPy and against planted solutions."""

from contextlib import ExitStack
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
import sympy
from hypothesis import assume, example, given
from hypothesis import strategies as st

from deterrence_games.kernels import (
    multilinear,
    multilinear_bounds,
    multilinear_findings,
    multilinear_roots,
    multilinear_system,
)
from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED
from deterrence_games.kernels.multilinear_findings import CONTINUUM, UNRESOLVED

KERNELS = (multilinear, multilinear_bounds, multilinear_findings, multilinear_roots, multilinear_system)
TOLERANCE = 1e-10


def as_python(*arguments):
    """Run the kernel and all that it calls as plain Python."""
    with ExitStack() as stack:
        for module in KERNELS:
            for name, value in list(vars(module).items()):
                if hasattr(value, "py_func"):
                    stack.enter_context(patch.object(module, name, value.py_func))
        return multilinear.solve_multilinear(*arguments)


RUNS = pytest.mark.parametrize("run", [multilinear.solve_multilinear, as_python], ids=["compiled", "python"])
COMPILED = multilinear.solve_multilinear


class Result(NamedTuple):
    code: int
    roots: np.ndarray
    low: np.ndarray
    high: np.ndarray
    kind: np.ndarray
    visited: int

    def holds(self, solution, reach=1e-8):
        """Whether a solution is among the roots or in a box."""
        point = np.asarray(solution, dtype=float)
        near = np.abs(self.roots - point).max(axis=1, initial=0.0) <= reach
        inside = ((self.low <= point + 1e-15) & (point <= self.high + 1e-15)).all(axis=1)
        return bool(near.any() or inside.any())


def solve(run, equations, inequalities=(), unknowns=None, low=None, high=None, tolerance=TOLERANCE, limit=20_000, room=64):
    """Solve rows given as mappings from tuples of unknowns to coefficients."""
    rows = [*equations, *inequalities]
    if unknowns is None:
        unknowns = 1 + max((unknown for row in rows for term in row for unknown in term), default=-1)
    places = max((len(term) for row in rows for term in row), default=0)
    factor = [[*term, *[-1] * (places - len(term))] for row in rows for term in row]
    roots = np.full((room, unknowns), np.nan)
    box_low, box_high = np.full((room, unknowns), np.nan), np.full((room, unknowns), np.nan)
    kind = np.full(room, -1, dtype=np.int64)
    code, n_roots, n_boxes, visited = run(
        np.zeros(unknowns) if low is None else np.array(low, dtype=float),
        np.ones(unknowns) if high is None else np.array(high, dtype=float),
        np.cumsum([0, *(len(row) for row in rows)]),
        np.array([float(value) for row in rows for value in row.values()]),
        np.array(factor, dtype=np.int64).reshape(len(factor), places),
        len(equations),
        tolerance,
        limit,
        roots,
        box_low,
        box_high,
        kind,
    )
    assert np.isnan(roots[n_roots:]).all()
    return Result(code, roots[:n_roots], box_low[:n_boxes], box_high[:n_boxes], kind[:n_boxes], visited)


def value(row, point):
    return sum(coefficient * prod(point[unknown] for unknown in term) for term, coefficient in row.items())


def planted_row(rng, solution, terms, degree, values):
    """Return a random row that vanishes at the solution, exactly when the arithmetic of its entries is exact."""
    row = {(): 0}
    for _ in range(terms):
        size = int(rng.integers(1, 1 + min(degree, len(solution))))
        term = tuple(sorted(rng.choice(len(solution), size, replace=False).tolist()))
        row[term] = row.get(term, 0) + values(rng)
    row[()] -= value(row, solution)
    return row


def gaussian(rng):
    return float(rng.normal())


def integer(rng):
    return int(rng.integers(-5, 6))


# A solution anywhere, on a grid of quarters (with borders, ties and dependent rows), or on the border of the domain.
@RUNS
@given(
    seed=st.integers(0, 2**32),
    unknowns=st.integers(1, 4),
    surplus=st.integers(-1, 2),
    degree=st.integers(1, 4),
    kind=st.sampled_from(["inside", "grid", "border"]),
)
def test_no_planted_solution_is_lost(run, seed, unknowns, surplus, degree, kind):
    rng = np.random.default_rng(seed)
    if kind == "grid":
        solution = [Fraction(int(quarter), 4) for quarter in rng.integers(0, 5, size=unknowns)]
    else:
        solution = rng.random(unknowns).tolist()
        if kind == "border":
            solution[rng.integers(unknowns)] = float(rng.integers(2))
    values = integer if kind == "grid" else gaussian
    rows = [planted_row(rng, solution, rng.integers(1, 8), degree, values) for _ in range(max(1, unknowns + surplus))]
    limit = 20_000 if run is COMPILED else 60
    found = solve(run, rows, unknowns=unknowns, limit=limit, room=400)
    assert found.code == FULL or found.holds(solution)
    assert found.code != OK or len(found.low) == 0
    for root in found.roots:
        assert max(abs(value(row, root)) for row in rows) <= 1e-8
        assert (root >= 0).all()
        assert (root <= 1).all()
    for one, other in combinations(found.roots, 2):
        assert np.abs(one - other).max() > 1e-9


@given(seed=st.integers(0, 2**32), limit=st.integers(0, 40))
def test_a_limit_loses_nothing(seed, limit):
    rng = np.random.default_rng(seed)
    solution = rng.random(3).tolist()
    rows = [planted_row(rng, solution, 6, 3, gaussian) for _ in range(3)]
    found = solve(COMPILED, rows, limit=limit)
    assert found.holds(solution)
    assert found.visited <= limit
    assert found.code in {OK, LIMIT}
    if limit == 0:
        assert found.code == LIMIT


def exact_bilinear_solutions(rows, x, y):
    """All solutions of two rows in x and y by a resultant, as expressions, and whether all are simple; None if infinite."""
    first, second = (sum(c * sympy.prod([(x, y)[unknown] for unknown in term]) for term, c in row.items()) for row in rows)
    resultant = sympy.Poly(sympy.resultant(first, second, y), x)
    if resultant.is_zero or resultant.degree() < 1:
        return None
    solutions = []
    for root in sympy.Poly(resultant, x).real_roots(multiple=False):
        for form in (first, second):
            slope, rest = form.coeff(y, 1).subs(x, root[0]), form.coeff(y, 0).subs(x, root[0])
            if sympy.simplify(slope) != 0:
                solutions.append(((root[0], sympy.nsimplify(sympy.simplify(-rest / slope))), root[1]))
                break
        else:
            return None
    return solutions


@RUNS
@given(entries=st.lists(st.integers(-4, 4), min_size=8, max_size=8))
@example(entries=[0, 0, 1, 0, -1, 0, 0, 1])
def test_two_bilinear_equations_match_their_resultant(run, entries):
    x, y = sympy.symbols("x y", real=True)
    rows = [dict(zip([(), (0,), (1,), (0, 1)], entries[start : start + 4], strict=True)) for start in (0, 4)]
    solutions = exact_bilinear_solutions(rows, x, y)
    assume(solutions is not None)
    found = solve(run, rows, unknowns=2, limit=20_000 if run is COMPILED else 200)
    inside = [point for point, _ in solutions if all(sympy.Ge(share, 0) and sympy.Le(share, 1) for share in point)]
    for point in inside:
        assert found.holds([float(share) for share in point])
    if all(multiplicity == 1 for _, multiplicity in solutions) and len(solutions) == len({p[0] for p, _ in solutions}):
        assert found.code in ({OK} if run is COMPILED else {OK, LIMIT})
        if found.code == OK:
            assert len(found.roots) == len(inside)


def totally_mixed_equations(payoff):
    """Indifference of each player of a 2x2x2 game, in the probabilities of the second actions."""
    rows = []
    for player in range(3):
        gain = np.take(payoff[player], 1, axis=player) - np.take(payoff[player], 0, axis=player)
        one, other = (rival for rival in range(3) if rival != player)
        rows.append(
            {
                (): int(gain[0, 0]),
                (one,): int(gain[1, 0] - gain[0, 0]),
                (other,): int(gain[0, 1] - gain[0, 0]),
                (one, other): int(gain[0, 0] + gain[1, 1] - gain[0, 1] - gain[1, 0]),
            }
        )
    return rows


def exact_totally_mixed(rows):
    """All solutions with their multiplicities by substitution and a quadratic; None when a denominator vanishes at one."""
    x = sympy.Symbol("x", real=True)

    def solved(row, unknown):
        return -(row[()] + row[(0,)] * x), row[(unknown,)] + row[(0, unknown)] * x

    (above_y, below_y), (above_z, below_z) = solved(rows[2], 1), solved(rows[1], 2)
    first = rows[0]
    quadratic = sympy.Poly(
        first[()] * below_y * below_z
        + first[(1,)] * above_y * below_z
        + first[(2,)] * below_y * above_z
        + first[(1, 2)] * above_y * above_z,
        x,
    )
    if quadratic.degree() < 1:
        return None
    solutions = []
    for root, multiplicity in sympy.roots(quadratic).items():
        if root.is_real:
            denominators = [sympy.simplify(below.subs(x, root)) for below in (below_y, below_z)]
            if 0 in denominators:
                return None
            numerators = [above.subs(x, root) for above in (above_y, above_z)]
            point = (root, *(sympy.radsimp(n / d) for n, d in zip(numerators, denominators, strict=True)))
            solutions.append((point, multiplicity))
    return solutions


@given(entries=st.lists(st.integers(-6, 6), min_size=24, max_size=24))
def test_totally_mixed_equilibria_of_small_games_match_exact_elimination(entries):
    rows = totally_mixed_equations(np.array(entries).reshape(3, 2, 2, 2))
    solutions = exact_totally_mixed(rows)
    assume(solutions is not None)
    inside = [(point, many) for point, many in solutions if all(sympy.Ge(share, 0) and sympy.Le(share, 1) for share in point)]
    found = solve(COMPILED, rows, unknowns=3)
    for point, _ in inside:
        assert found.holds([float(share) for share in point])
    if all(multiplicity == 1 for _, multiplicity in solutions):
        assert found.code == OK
        assert len(found.roots) == len(inside)


def support_rows(payoff, supports):
    """Equations: indifference on the supports. Inequalities: no gain off them, and probabilities that sum to one."""
    players = range(payoff.shape[0])
    start = np.cumsum([0, *(len(support) - 1 for support in supports)])
    equations, inequalities = [], []
    for player in players:
        rivals = [rival for rival in players if rival != player]

        def row(gain, rivals=rivals):
            terms = {}
            for choice in product(*(range(len(supports[rival])) for rival in rivals)):
                weight = gain[tuple(supports[rival][k] for rival, k in zip(rivals, choice, strict=True))]
                places = [[(+1, start[r] + k - 1)] if k else [(1, None)] for r, k in zip(rivals, choice, strict=True)]
                for spot, (r, k) in enumerate(zip(rivals, choice, strict=True)):
                    if k == 0:
                        places[spot] += [(-1, start[r] + other) for other in range(len(supports[r]) - 1)]
                for factors in product(*places):
                    term = tuple(sorted(int(unknown) for _, unknown in factors if unknown is not None))
                    terms[term] = terms.get(term, 0.0) + weight * prod(sign for sign, _ in factors)
            return terms

        used = supports[player]
        best = np.take(payoff[player], used[0], axis=player)
        for action in range(payoff.shape[1 + player]):
            if action != used[0]:
                gain = row(best - np.take(payoff[player], action, axis=player))
                (equations if action in used else inequalities).append(gain)
        if len(used) > 2:
            inequalities.append({(): 1.0} | {(int(start[player]) + k,): -1.0 for k in range(len(used) - 1)})
    return equations, inequalities, int(start[-1])


@given(seed=st.integers(0, 2**32), shape=st.sampled_from([(2, 2, 2), (2, 2, 3), (2, 2, 2, 2)]))
def test_random_games_have_an_odd_number_of_equilibria(seed, shape):
    payoff = np.random.default_rng(seed).random((len(shape), *shape))
    subsets = [[s for size in range(1, m + 1) for s in combinations(range(m), size)] for m in shape]
    total = 0
    for supports in product(*subsets):
        equations, inequalities, unknowns = support_rows(payoff, supports)
        found = solve(COMPILED, equations, inequalities, unknowns=unknowns)
        assert found.code == OK
        total += len(found.roots)
    assert total % 2 == 1


def exact_linear_solution(matrix, right):
    """The solution, "none", or "many"."""
    system = sympy.Matrix(matrix).row_join(sympy.Matrix(right))
    echelon, pivots = system.rref()
    if len(right) and pivots and pivots[-1] == system.cols - 1:
        return "none"
    if len(pivots) < system.cols - 1:
        return "many"
    return [echelon[k, system.cols - 1] for k in range(system.cols - 1)]


@RUNS
@given(seed=st.integers(0, 2**32), unknowns=st.integers(1, 5), surplus=st.integers(-1, 2))
def test_linear_systems_match_fractions(run, seed, unknowns, surplus):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-3, 4, size=(max(1, unknowns + surplus), unknowns)).tolist()
    solution = [Fraction(int(rng.integers(-1, 6)), 5) for _ in range(unknowns)]
    right = [sum(a * x for a, x in zip(row, solution, strict=True)) for row in matrix]
    spoilt = rng.integers(4) == 0
    if spoilt:
        right[0] += Fraction(1, 7)
    rows = [{(): -b} | {(k,): a for k, a in enumerate(row)} for row, b in zip(matrix, right, strict=True)]
    exact = exact_linear_solution(matrix, right)
    found = solve(run, rows, unknowns=unknowns, limit=20_000 if run is COMPILED else 200)
    if exact == "none":
        assert found.code == OK
        assert len(found.roots) == 0
    elif exact != "many":
        point = [float(share) for share in exact]
        assert found.code == OK
        assert len(found.roots) == all(0 <= share <= 1 for share in point)
        assert len(found.roots) == 0 or np.abs(found.roots[0] - point).max() < 1e-12
    elif not spoilt:
        inside = all(0 <= share <= 1 for share in solution)
        assert len(found.roots) == 0
        assert not inside or found.holds(solution)
        if all(0 < share < 1 for share in solution):
            assert found.code == UNDECIDED
            assert (found.kind == CONTINUUM).any()


@RUNS
@given(seed=st.integers(0, 2**32), extra=st.integers(1, 3))
def test_surplus_equations_are_checked(run, seed, extra):
    rng = np.random.default_rng(seed)
    solution = rng.uniform(0.05, 0.95, size=2).tolist()
    rows = [planted_row(rng, solution, 6, 2, gaussian) for _ in range(2 + extra)]
    consistent = solve(run, rows, unknowns=2)
    assert consistent.holds(solution)
    spoilt = [*rows[:-1], rows[-1] | {(): rows[-1][()] + 1e-3}]
    assert not any(np.abs(root - solution).max() < 1e-8 for root in solve(run, spoilt, unknowns=2).roots)


@RUNS
@pytest.mark.parametrize(
    ("rows", "points"),
    [
        pytest.param([{(0,): 1, (1,): 1, (): -1}], [(0, 1), (0.5, 0.5), (1, 0)], id="line"),
        pytest.param([{(0, 1): 1}], [(0, 0), (0, 0.7), (0.3, 0)], id="two-edges"),
        pytest.param([{(0, 1): 4, (): -1}, {(0, 1): -8, (): 2}], [(0.25, 1), (0.5, 0.5)], id="dependent"),
        pytest.param([{(0, 1): 1, (0,): -0.5}, {(0, 1): 1, (0,): -0.25}], [(0, 0), (0, 1)], id="common-factor"),
        pytest.param([{(0,): 1, (1,): -1}, {(1,): 1, (2,): -1}], [(0, 0, 0), (0.3, 0.3, 0.3)], id="diagonal"),
        pytest.param([{(0, 1, 2): 1, (): -0.125}], [(0.5, 0.5, 0.5), (1, 0.25, 0.5)], id="surface"),
        pytest.param([{(0,): 1, (): -1}, {(0,): 2, (): -2}], [(1, 0), (1, 0.5), (1, 1)], id="facet"),
    ],
)
def test_infinite_sets_are_reported_as_such(run, rows, points):
    found = solve(run, rows, unknowns=len(points[0]), limit=2_000)
    assert found.code == UNDECIDED
    assert (found.kind == CONTINUUM).any()
    assert len(found.roots) == 0
    assert all(found.holds(point) for point in points)


@RUNS
def test_a_double_root_is_undecided(run):
    found = solve(run, [{(0,): 1, (1,): 1, (): -1}, {(0, 1): 4, (): -1}])
    assert found.code == UNDECIDED
    assert found.kind.tolist() == [UNRESOLVED]
    assert found.holds((0.5, 0.5))
    assert (found.high - found.low).max() < 1e-3


@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-6])
def test_roots_on_either_side_of_a_fold_are_told_apart(gap):
    def fold(shift):
        return solve(COMPILED, [{(0,): 1, (1,): 1, (): -1}, {(0, 1): 4, (): -1 + shift}])

    apart = fold(gap)
    assert apart.code == OK
    assert len(apart.roots) == 2
    np.testing.assert_allclose(np.sort(apart.roots[:, 0]), 0.5 + np.array([-0.5, 0.5]) * gap**0.5, atol=1e-9)
    assert fold(-gap).code == OK
    assert len(fold(-gap).roots) == 0


@RUNS
@given(roots=st.lists(st.integers(-200, 1200), min_size=1, max_size=4, unique=True))
@example(roots=[300, 301, 302])
@example(roots=[0, 100, 900, 1000])
@example(roots=[300, 400])
def test_all_roots_of_a_polynomial_in_equal_unknowns_are_found(run, roots):
    degree = len(roots)
    polynomial = {}
    for size in range(degree + 1):
        symmetric = sum(prod(chosen) for chosen in combinations([Fraction(root, 1000) for root in roots], size))
        polynomial[tuple(range(degree - size))] = (-1) ** size * symmetric
    found = solve(run, [{(k,): 1, (k + 1,): -1} for k in range(degree - 1)] + [polynomial], unknowns=degree)
    inside = sorted(root / 1000 for root in roots if 0 <= root <= 1000)
    assert all(found.holds([root] * degree, reach=1e-6) for root in inside)
    if min(abs(prod((root - other) / 1000 for other in roots if other != root)) for root in roots) > 1e-2:
        assert found.code == OK
        assert len(found.roots) == len(inside)
        np.testing.assert_allclose(np.sort(found.roots, axis=0), np.transpose([inside] * degree), rtol=0, atol=1e-8)


@RUNS
@pytest.mark.parametrize("corner", list(product([0, 1], repeat=3)))
def test_a_root_at_a_corner_is_found(run, corner):
    signs = [1 - 2 * end for end in corner]
    rows = [
        {(k,): signs[k], (): -signs[k] * corner[k], (k, (k + 1) % 3): 0.25, ((k + 1) % 3,): -0.25 * corner[k]} for k in range(3)
    ]
    found = solve(run, [{tuple(sorted(term)): c for term, c in row.items()} for row in rows])
    assert found.code == OK
    assert any(np.abs(root - corner).max() < 1e-14 for root in found.roots)


@RUNS
def test_a_root_beyond_the_border_is_not(run):
    assert len(solve(run, [{(0,): 1, (): 1e-7}]).roots) == 0
    assert len(solve(run, [{(0,): 1, (): 1e-12}]).roots) == 1


@RUNS
def test_inequalities_exclude(run):
    rows = [{(0,): 1, (1,): 1, (): -1}, {(0, 1): 1, (): -0.21}]
    assert sorted(solve(run, rows).roots[:, 0].round(12)) == [0.3, 0.7]
    assert solve(run, rows, [{(0,): 1, (1,): -1}]).roots.round(12).tolist() == [[0.7, 0.3]]
    assert solve(run, rows, [{(0,): 1, (1,): -1}]).code == OK
    assert solve(run, rows, [{(0,): 1, (): -0.7}]).roots.round(12).tolist() == [[0.7, 0.3]]
    assert len(solve(run, rows, [{(0, 1): 1, (): -0.5}]).roots) == 0


@RUNS
def test_constants_and_empty_systems(run):
    pinned = solve(run, [{(0, 1): 1, (): -0.25}], low=[0.5, 0], high=[0.5, 1])
    assert pinned.code == OK
    np.testing.assert_allclose(pinned.roots, [[0.5, 0.5]], rtol=0, atol=1e-15)
    point = solve(run, [{(0,): 1, (): -0.5}], [{(): 1}], low=[0.5], high=[0.5])
    assert point.roots.tolist() == [[0.5]]
    assert len(solve(run, [{(0,): 1, (): -0.6}], low=[0.5], high=[0.5]).roots) == 0
    assert solve(run, [], [{(): 1.0}], unknowns=0).roots.shape == (1, 0)
    assert solve(run, [], [{(): -1.0}], unknowns=0).roots.shape == (0, 0)
    assert len(solve(run, [{(): 1.0}, {(0,): 1}]).roots) == 0
    everything = solve(run, [], unknowns=2)
    assert (everything.code, everything.kind.tolist()) == (UNDECIDED, [CONTINUUM])


@RUNS
def test_short_arrays_are_reported(run):
    rows = [{(0,): 1, (1,): 1, (): -1}, {(0, 1): 1, (): -0.21}]
    full = solve(run, rows, room=1)
    assert full.code == FULL
    assert len(full.roots) == 1
    assert solve(run, [{(0, 1): 1}], room=1).code == FULL


@given(seed=st.integers(0, 2**32), power=st.integers(-6, 20))
def test_cancellation_of_large_terms_loses_nothing(seed, power):
    rng = np.random.default_rng(seed)
    solution = rng.random(3).tolist()
    rows = [planted_row(rng, solution, 6, 3, lambda r: float(r.normal()) * 2.0**power) for _ in range(3)]
    found = solve(COMPILED, rows)
    assert found.holds(solution)
    assert found.code == OK


@given(seed=st.integers(0, 2**32))
def test_order_and_signs_of_rows_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    solution = rng.random(3).tolist()
    rows = [planted_row(rng, solution, 6, 3, gaussian) for _ in range(3)]
    mirrored = [{term: -c for term, c in reversed(row.items())} for row in reversed(rows)]
    one, other = solve(COMPILED, rows), solve(COMPILED, mirrored)
    assert one.code == other.code == OK
    assert len(one.roots) == len(other.roots)
    for root in one.roots:
        assert np.abs(other.roots - root).max(axis=1).min() < 1e-9


@given(seed=st.integers(0, 2**32), degree=st.integers(1, 5))
def test_expansion_is_the_same_polynomial(seed, degree):
    rng = np.random.default_rng(seed)
    row = planted_row(rng, [0.5] * 5, 8, degree, gaussian)
    places = max(len(term) for term in row)
    factor = np.array([[*term, *[-1] * (places - len(term))] for term in row], dtype=np.int64).reshape(len(row), places)
    low, high = np.zeros(5), np.ones(5)
    system = multilinear_system.lay_out(low, high, np.array([0, len(row)]), np.array([*row.values()]), factor, 1, 1e-9)
    table = np.empty_like(system.coefficient)
    centre, radius, shift = rng.random(5), rng.random(5), rng.uniform(-1, 1, 5)
    steps = system.kind, system.plan_first, system.plan
    multilinear_system.expand.py_func(system.coefficient, *steps, centre, radius, table)
    expanded = sum(
        table[0, monomial] * prod(shift[unknown] for unknown in system.variable[monomial] if unknown >= 0)
        for monomial in range(system.degree.size)
    )
    assert expanded == pytest.approx(value(row, centre + radius * shift), rel=0, abs=1e-12)
    assert len({tuple(variables) for variables in system.variable.tolist()}) == system.degree.size


def test_one_specialisation_serves_all_calls():
    solve(COMPILED, [{(0,): 1, (): -0.5}])
    solve(COMPILED, [{(0, 1): 1}, {(0,): 1, (): -0.5}], [{(): 1}])
    assert len(COMPILED.signatures) == 1
