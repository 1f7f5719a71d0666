"""The arithmetic language: what it reads, what it refuses, and that no text makes it run for long."""

import math
import time
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deterrence_games.errors import ExpressionError, GameError
from deterrence_games.games.bounds import MAX_LENGTH
from deterrence_games.games.expressions import exact, parse, parse_relations, stable, to_expression, to_relations, to_text
from deterrence_games.games.grammar import symbol

a, b, c, x = (symbol(name) for name in "abcx")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("0.1", sympy.Rational(1, 10)),
        (".5", sympy.Rational(1, 2)),
        ("2.", 2),
        ("1e-3", sympy.Rational(1, 1000)),
        ("12.5E2", 1250),
        ("1/3", sympy.Rational(1, 3)),
        ("a - b - c", a - b - c),
        ("a - (b - c)", a - b + c),
        ("a/b/c", a / (b * c)),
        ("a/b*c", a * c / b),
        ("-x**2", -(x**2)),
        ("(-x)**3", -(x**3)),
        ("x**-1", 1 / x),
        ("2**3**2", 512),
        ("2**-1", sympy.Rational(1, 2)),
        ("--x", x),
        ("-+-x", x),
        ("a*-b", -a * b),
        ("\n a\t+ b ", a + b),
        ("sqrt(4)", 2),
        ("sqrt(x**2)", abs(x)),
        ("log(exp(x))", x),
        ("exp(1)", sympy.E),
        ("Max(1, 2, 3)", 3),
        ("Min(a, a)", a),
        ("Abs(-3)", 3),
        ("a0_B*1", symbol("a0_B")),
    ],
)
def test_meaning(text, expected):
    assert parse(text) == expected


def test_names_that_sympy_uses_are_parameters_here():
    for name in ("E", "I", "S", "N", "Q", "pi", "beta", "gamma", "e", "min"):
        assert parse(name) == symbol(name)
    assert parse("exp(1)*E").free_symbols == {symbol("E")}
    assert parse(to_text(parse("exp(1)*E"))) == sympy.E * symbol("E")


def test_symbols_are_real():
    assert parse("x").is_real


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "ends too early"),
        ("a +", 4, "ends too early"),
        ("a b", 3, "unexpected 'b'"),
        ("(a", 1, "never closed"),
        ("a)", 2, "unexpected ')'"),
        ("2x", 2, "write the product with *"),
        ("(a)(b)", 4, "write the product with *"),
        ("a(b)", 1, "no function 'a'"),
        ("x^2", 2, "write ** for a power"),
        ("a = b", 3, "write == for equality"),
        ("a < b", 3, "comparisons belong into assumptions"),
        ("1/0", 2, "division by zero"),
        ("1/(x - x)", 2, "division by zero"),
        ("0**-1", 2, "division by zero"),
        ("log(0)", 1, "logarithm of zero"),
        ("sqrt(-1)", 1, "finite real number"),
        ("log(-1)*x", 1, "finite real number"),
        ("sqrt(-x**2)", 1, "finite real number"),
        ("sqrt(a, b)", 1, "give it one argument"),
        ("Max()", 5, "unexpected ')'"),
        ("1e999", 1, "out of range"),
        ("9e307*9e307", 1, "out of range"),
        ("1e-300*1e-300*x", 1, "out of range"),
        ("exp(exp(exp(9)))", 5, "out of range"),
        ("__import__('os')", 1, "begins with a letter"),
        ("_a", 1, "begins with a letter"),
        ("os.system", 3, "no attributes"),
        ("a[0]", 2, "no indexing"),
        ("lambda", 1, "rename it"),
        ("lambda x: 1", 9, "means nothing"),
        ("a if b else c", 3, "unexpected 'if'"),
        ("exec('x')", 6, "means nothing"),
        ("a // b", 4, "unexpected '/'"),
        ("a; b", 2, "means nothing"),
        ("'a'", 1, "means nothing"),
        ("a, b", 2, "unexpected ','"),
        ("\N{GREEK SMALL LETTER PI}", 1, "means nothing"),
        ("a \N{MINUS SIGN} b", 3, "write the minus sign as -"),
        ("sqrt", 1, "this name is a function"),
        ("a\0", 2, "means nothing"),
    ],
)
def test_refusals_name_the_column_and_the_remedy(text, column, words):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert f"at column {column};" in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9",
        "9**999999999",
        "2**(x + 10**9)",
        "1e300**(a + 1e300)",
        "exp(10**9*log(2))",
        "exp(1)**(10**9*log(2))",
        "x**(10**9*log(9)/log(x))",
        "((((2**(100*(x + 1)))**100)**100)**100)**100",
        "(9**50*x)**1000",
        "2**((x + 100)**1000)",
        "*".join(["9e99"] * 1500),
        "(" * 5000 + "x" + ")" * 5000,
        "-" * 20_000 + "x",
        "x**" * 3000 + "x",
        "sqrt(" * 2000,
        "Max(" + ",".join(f"x{i}" for i in range(1000)) + ")",
        "9" * 9_000,
        "1e" + "9" * 5_000,
    ],
    ids=lambda text: text[:30],
)
def test_texts_that_would_never_end_are_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(ExpressionError):
        parse(text)
    assert time.perf_counter() - start < 5


def test_long_sums_within_the_limits_are_read():
    text = "+".join(f"a{i}" for i in range(1_000))
    assert len(text) < MAX_LENGTH
    assert len(parse(text).args) == 1_000
    assert parse("-" * 5_000 + "x") == x


def test_relations_may_be_chained():
    assert parse_relations("a < b <= c > 1 >= x == 2") == (
        sympy.StrictLessThan(a, b),
        sympy.LessThan(b, c),
        sympy.StrictGreaterThan(c, 1),
        sympy.GreaterThan(1, x),
        sympy.Equality(x, 2),
    )


def test_relations_are_kept_as_stated():
    (relation,) = parse_relations("x**2 >= 0")
    assert to_text(relation) == "x**2 >= 0"
    assert [to_text(r) for r in parse_relations("2 < 1")] == ["2 < 1"]


@pytest.mark.parametrize("text", ["a", "a <", "< a", "(a < b) < c", "a != b", "a = b", "a < b and c < 1", "a <> b"])
def test_texts_that_are_no_relations(text):
    with pytest.raises(ExpressionError):
        parse_relations(text)


def test_values_take_the_place_of_names():
    assert parse("a/(b - 1)", {"a": sympy.Integer(0), "b": x}) == 0
    with pytest.raises(ExpressionError, match="division by zero"):
        parse("a/(b - 1)", {"b": sympy.Integer(1)})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (0.1, sympy.Rational(1, 10)),
        (1e-5, sympy.Rational(1, 100_000)),
        (Fraction(1, 3), sympy.Rational(1, 3)),
        (np.float64(0.1), sympy.Rational(1, 10)),
        (np.float32(0.1), sympy.Rational(1, 10)),
        (np.int64(-7), -7),
        (np.uint8(200), 200),
        ("x/2", x / 2),
        (sympy.Float(0.25), sympy.Rational(1, 4)),
        (sympy.E / 2, sympy.E / 2),
        (sympy.Symbol("x", positive=True) + 1, x + 1),
    ],
)
def test_values_of_many_kinds(value, expected):
    assert to_expression(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        True,
        np.True_,
        math.nan,
        math.inf,
        -np.inf,
        1j,
        None,
        [1],
        np.array([1.0]),
        sympy.oo,
        sympy.nan,
        sympy.I,
        10**5000,
        1e-320,
    ],
    ids=lambda value: repr(value)[:20] if not isinstance(value, int) else "integer",
)
def test_values_that_are_no_finite_real_numbers(value):
    with pytest.raises(GameError):
        to_expression(value)


@pytest.mark.parametrize("name", ["a b", "a+b", "lambda", "x'", "_x", "sqrt"])
def test_sympy_symbols_with_names_outside_the_language(name):
    with pytest.raises(ExpressionError, match="not a parameter"):
        to_expression(sympy.Symbol(name))


def test_sympy_expressions_outside_the_language():
    with pytest.raises(ExpressionError):
        to_expression(sympy.sin(x))
    with pytest.raises(ExpressionError):
        to_expression(sympy.Dummy("x"))
    with pytest.raises(GameError):
        to_relations(sympy.Ne(a, b))


def test_sympy_relations():
    assert to_relations(sympy.Symbol("a") < sympy.Symbol("b")) == (sympy.StrictLessThan(a, b),)


# ---- random expressions --------------------------------------------------------------------------------------------------

NAMES = ("a", "b", "c", "E")
numbers = st.sampled_from(["0", "1", "2", "7", "0.5", "1e-3", "10", "1/3"])


def combined(inner):
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(st.sampled_from(["sqrt", "exp", "log", "Abs", "-"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(["Min", "Max"]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda t: f"{t[0]}({', '.join(t[1])})"
        ),
    )


expressions = st.recursive(st.one_of(numbers, st.sampled_from(NAMES)), combined, max_leaves=12)


def reference(text, values):
    """Python's own reading of a text that this file made, as an oracle for the parser."""
    names = {"sqrt": math.sqrt, "exp": math.exp, "log": math.log, "Abs": abs, "Min": min_of, "Max": max_of, **values}
    return eval(text, {"__builtins__": {}}, names)  # noqa: S307  # the text comes from the strategy above


def min_of(*values):
    return min(values)


def max_of(*values):
    return max(values)


def value_of(expression, values):
    symbols = [symbol(name) for name in NAMES]
    compiled = sympy.lambdify(symbols, expression, modules="math", dummify=True)
    return compiled(*(values[name] for name in NAMES))


@given(text=expressions, draws=st.lists(st.floats(0.1, 3), min_size=4, max_size=4))
def test_the_parser_agrees_with_python(text, draws):
    values = dict(zip(NAMES, draws, strict=True))
    try:
        expected = reference(text, values)
        assume(isinstance(expected, (int, float)) and 1e-6 < abs(expected) < 1e6)
        found = value_of(parse(text), values)
    except (ArithmeticError, ValueError, ExpressionError, TypeError):
        assume(False)
    assume(not isinstance(found, complex))
    assert found == pytest.approx(expected, rel=1e-6)


@given(text=expressions)
def test_stable_expressions_are_read_back_unchanged(text):
    try:
        expression = stable(parse(text))
    except ExpressionError:
        assume(False)
    assert parse(to_text(expression)) == expression


def refusal(read, text):
    """The message with which a text is refused, empty when it is read; any other error goes through."""
    try:
        read(text)
    except ExpressionError as error:
        return str(error)
    return ""


@settings(max_examples=200)
@given(text=st.text(max_size=40) | st.text(alphabet="abE019.*+-/()<>=, eMinsqrtlogxp_'[]", max_size=60))
def test_any_text_is_read_or_refused(text):
    assert len(refusal(parse, text)) < 400
    assert len(refusal(parse_relations, text)) < 400


@given(value=st.floats(allow_nan=True, allow_infinity=True))
def test_any_float_is_exact_or_refused(value):
    try:
        number = exact(value)
    except GameError:
        assert not math.isfinite(value) or not 1e-307 <= abs(value) <= 1e308
    else:
        assert float(number) == value
