"""Expectations written shorter stay what they are; polynomials read, factored and taken apart against SymPy."""

import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.theory.polynomials import Ring, read_fraction
from deterrence_games.theory.readable import shorter
from deterrence_games.theory.symbolic_tree import SymbolicTree

PROVER = SymbolicTree(dg.models.unilateral_deterrence()).bare
CHANCES = sympy.symbols("p_ch p_def q_soft", real=True)
PAYOFFS = sympy.symbols("c_SQ c_CD c_DC c_DDh", real=True)
NAMES = tuple("xyzuv")
RING = Ring(NAMES)
SYMBOLS = sympy.symbols(NAMES)

shares = st.sampled_from([*CHANCES, *(1 - chance for chance in CHANCES), CHANCES[0] - 1])
gaps = st.tuples(st.sampled_from(PAYOFFS), st.sampled_from([*PAYOFFS, sympy.S.Zero])).map(lambda pair: pair[0] - pair[1])
terms = st.tuples(
    st.sampled_from([-2, -1, 1, sympy.Rational(3, 2)]), st.lists(shares, max_size=3), st.lists(gaps, max_size=2)
).map(lambda parts: parts[0] * sympy.Mul(*parts[1], *parts[2]))
belows = st.sampled_from(
    [sympy.S.One, PAYOFFS[2] - PAYOFFS[1], PAYOFFS[1] - PAYOFFS[2], (PAYOFFS[2] - PAYOFFS[0]) * (PAYOFFS[1] - PAYOFFS[3])]
)
polynomials = st.lists(
    st.tuples(st.fractions(min_value=-3, max_value=3, max_denominator=4), st.tuples(*[st.integers(0, 2)] * len(NAMES))),
    max_size=5,
).map(lambda parts: sum(sympy.Rational(c) * sympy.prod(s**p for s, p in zip(SYMBOLS, e, strict=True)) for c, e in parts))


@settings(max_examples=150, deadline=None)
@given(st.lists(terms, min_size=1, max_size=4), belows)
def test_a_shorter_expectation_is_the_same(parts, below):
    value = sympy.Add(*parts) / below
    written = shorter(value, PROVER)
    assert sympy.cancel(written - value) == 0
    assert written.count_ops() <= value.count_ops()


def test_an_expectation_of_one_loss():
    """The sign of a lone negative gain was lost once."""
    p, q, low, high = CHANCES[0], CHANCES[2], PAYOFFS[1], PAYOFFS[2]
    value = (p * low * (high - low) - q * high * (high - low)) / (high - low)
    assert shorter(value, PROVER) == p * low - q * high


def read(value):
    values = {name: (variable, RING.one) for name, variable in zip(NAMES, RING.variables, strict=True)}
    return read_fraction(sympy.expand(value), RING, values)[0]


def expression(polynomial):
    parts = [
        sympy.Rational(int(c.p), int(c.q)) * sympy.prod(s**power for s, power in zip(SYMBOLS, exponents, strict=True))
        for exponents, c in polynomial.terms.items()
    ]
    return sympy.Add(*parts)


@settings(max_examples=100, deadline=None)
@given(polynomials)
def test_terms_are_those_that_were_read(value):
    polynomial = read(value)
    assert sympy.expand(expression(polynomial) - value) == 0
    assert list(polynomial.terms.values()) == polynomial.coefficients


@settings(max_examples=100, deadline=None)
@given(polynomials, polynomials, st.integers(0, 2))
def test_factors_multiply_to_the_polynomial(one, other, power):
    polynomial = read(one * other**power)
    constant, parts = polynomial.factor()
    whole = RING.number(sympy.Rational(int(constant.p), int(constant.q))) if not polynomial.zero else RING.zero
    for part, degree in parts:
        assert degree > 0
        assert part.variables
        whole *= part**degree
    assert whole == polynomial
    assert bool(constant) != polynomial.zero
    found = sum(degree for _, degree in parts)
    assert found == sum(degree for _, degree in sympy.factor_list(expression(polynomial), *SYMBOLS)[1])


@settings(max_examples=100, deadline=None)
@given(polynomials, st.integers(0, len(NAMES) - 1))
def test_coefficients_of_powers_of_a_variable(value, k):
    polynomial = read(value)
    powers = RING.powers(polynomial, k)
    wanted = sympy.Poly(value, SYMBOLS[k]).as_dict() if value != 0 else {}
    assert {power: sympy.expand(expression(c)) for power, c in powers.items()} == {
        power: sympy.expand(c) for (power,), c in wanted.items()
    }
