"""Values that a variable must take, or at which solvability may change, in systems of bilinear conditions.

A *pin* is a linear polynomial in one variable that has to vanish. Variables are scalars that belong to blocks; no
monomial has two variables of one block.
"""

from itertools import combinations

from tests.oracles.polynomials import Polynomial, coefficients, variables
from tests.oracles.surd import Number, UndecidedError, real_roots

Moebius = tuple[Number, Number, Number, Number]  # t = (a + b s) / (c + d s)


def equation_pins(zero: list[Polynomial], block_of: dict[int, int]) -> list[Polynomial] | None:
    """Pins one of which holds at every solution, from equations in two variables; None when these give none.

    An equation ``a + b s + c t + d s t = 0`` makes ``t`` a fractional linear function of ``s`` unless it factors; a cycle
    of such equations leaves a quadratic equation for ``s``.
    """
    edges = []
    for p in zero:
        found = sorted(variables(p))
        if len(found) != 2 or block_of[found[0]] == block_of[found[1]]:
            continue
        s, t = found
        a, b, c, d = coefficients(p, s, t)
        if d and a * d == b * c:  # d (s + c / d) (t + b / d)
            return [{(s,): d, (): c} if c else {(s,): 1}, {(t,): d, (): b} if b else {(t,): 1}]
        edges.append((s, t, p))
    for start in sorted({s for s, _, _ in edges} | {t for _, t, _ in edges}):
        tied, rest = tie(start, edges)
        for s, t, p in rest:
            if s in tied and t in tied:
                quadratic = composed(coefficients(p, s, t), tied[s], tied[t])
                if any(quadratic):
                    return [{(start,): 1, (): -root} if root else {(start,): 1} for root in real_roots(*quadratic)]
    return None


def tie(start: int, edges: list[tuple[int, int, Polynomial]]) -> tuple[dict[int, Moebius], list[tuple[int, int, Polynomial]]]:
    """Express variables by `start` through equations without a cycle; also the equations not used."""
    tied: dict[int, Moebius] = {start: (0, 1, 1, 0)}
    rest = list(edges)
    while True:
        edge = next((e for e in rest if (e[0] in tied) != (e[1] in tied)), None)
        if edge is None:
            return tied, rest
        rest.remove(edge)
        s, t = (edge[0], edge[1]) if edge[0] in tied else (edge[1], edge[0])
        a, b, c, d = coefficients(edge[2], s, t)
        p, q, r, u = tied[s]  # s = (p + q x) / (r + u x), so t = -(a + b s) / (c + d s) becomes
        tied[t] = (-(a * r + b * p), -(a * u + b * q), c * r + d * p, c * u + d * q)


def composed(form: tuple[Number, Number, Number, Number], s: Moebius, t: Moebius) -> tuple[Number, Number, Number]:
    """Numerator of ``a + b s + c t + d s t`` for two fractional linear functions of one variable."""
    a, b, c, d = form
    (p, q, r, u), (k, j, m, n) = s, t

    def product(e: Number, f: Number, g: Number, h: Number) -> tuple[Number, Number, Number]:
        return e * g, e * h + f * g, f * h

    parts = ((a, product(r, u, m, n)), (b, product(p, q, m, n)), (c, product(r, u, k, j)), (d, product(p, q, k, j)))
    return tuple(sum(factor * part[power] for factor, part in parts) for power in range(3))


def critical_values(
    variable: int, zero: list[Polynomial], nonnegative: list[Polynomial], block_of: dict[int, int]
) -> list[Number]:
    """Values of a variable between which solvability in the other variables does not change.

    Either all others are functions of it by the equations, or there is one other: for a given value of `variable` the
    conditions bound it by linear functions, and solvability changes only where two of the bounds meet or one turns.

    Raises
    ------
    UndecidedError
        When neither holds.
    """
    conditions = [*zero, *nonnegative]
    others = {v for p in conditions for v in variables(p)} - {variable}
    values: list[Number] = []
    if len(others) > 1:
        edges = [(*sorted(variables(p)), p) for p in zero if len(variables(p)) == 2]
        tied, _ = tie(variable, edges)
        if not others <= set(tied):
            raise UndecidedError(f"{len(others) + 1} variables tied together")
        for p in conditions:
            found = sorted(variables(p))
            if len(found) > 2 or (len(found) == 2 and block_of[found[0]] == block_of[found[1]]):
                raise UndecidedError("a condition on three variables")
            s, t = [*found, variable, variable][:2]
            form = (p.get((), 0), p.get((s,), 0), p.get((t,), 0) if t != s else 0, p.get((s, t), 0) if t != s else 0)
            values += roots(composed(form, tied[s], tied[t]))
        for _, _, c, d in tied.values():
            values += roots((c, d, 0))
        return values
    for other in others:
        lines = []  # (u + v x) + (w + z x) other, as ((u, v), (w, z))
        for p in conditions:
            a, b, c, d = coefficients(p, variable, other)
            lines.append(((a, b), (c, d)))
            values += roots((c, d, 0)) + roots((a, b, 0))
        for ((a, b), (c, d)), ((e, f), (g, h)) in combinations(lines, 2):
            values += roots((a * g - e * c, a * h + b * g - e * d - f * c, b * h - f * d))
    return values


def roots(quadratic: tuple[Number, Number, Number]) -> list[Number]:
    """Real roots, none when the polynomial vanishes identically."""
    return real_roots(*quadratic) if any(quadratic) else []
