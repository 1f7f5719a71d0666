"""Contradictions among assumptions: found when an order runs in a circle, and never where there is none."""

import time
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.errors import ExpressionError, GameError, SizeError
from deterrence_games.games.assumptions import MAX_RELATIONS, contradiction, read_assumptions
from deterrence_games.games.expressions import parse_relations, to_text


@pytest.mark.parametrize(
    ("assumptions", "chain"),
    [
        (("2 < 1",), "2 < 1"),
        (("1 < 1",), "1 < 1"),
        (("1 == 2",), "1 == 2"),
        (("a < a",), "a < a"),
        (("x**2 < 0",), "x**2 < 0"),
        (("a + 1 < a",), "a + 1 < a"),
        (("a < b", "b < a"), "a < b < a"),
        (("a < b < c", "c <= a"), "a < b < c <= a"),
        (("a > b", "b >= a"), "b < a <= b"),
        (("a == b", "b < a"), "b < a <= b"),
        (("a < 1", "2 < a"), "a < 1 < 2 < a"),
        (("a <= 1", "2 <= a"), "1 < 2 <= a <= 1"),
        (("a == 1", "a == 2"), "1 < 2 <= a <= 1"),
        (("x - y < z", "z < x - y"), "x - y < z < x - y"),
    ],
)
def test_contradictions_name_the_chain(assumptions, chain):
    with pytest.raises(GameError) as caught:
        read_assumptions(assumptions)
    assert f": {chain};" in str(caught.value)


@pytest.mark.parametrize(
    "assumptions",
    [
        (),
        ("a < b", "a < b"),
        ("a <= b", "b <= a"),
        ("a == b", "b <= a"),
        ("0 <= a <= 0",),
        ("a < b < c", "a < c"),
        ("1 < 2",),
        ("c_DDs < c_CD < c_DDh < c_SQ < c_DC", "0 < p < 1", "0 < q < 1"),
    ],
)
def test_orders_that_can_hold(assumptions):
    read_assumptions(assumptions)


def test_one_text_is_one_assumption():
    assert [to_text(relation) for relation in read_assumptions("a < b <= 2")] == ["a < b", "b <= 2"]


@pytest.mark.parametrize("given", [None, 3])
def test_what_is_no_list_of_assumptions(given):
    with pytest.raises(GameError, match="give a tuple"):
        read_assumptions(given)


def test_bad_text():
    with pytest.raises(ExpressionError):
        read_assumptions(("a <",))


def test_many_assumptions():
    order = tuple(f"x{i} < x{i + 1}" for i in range(MAX_RELATIONS - 1))
    start = time.perf_counter()
    with pytest.raises(GameError, match="contradict"):
        read_assumptions((*order, f"x{MAX_RELATIONS - 1} < x0"))
    assert time.perf_counter() - start < 20
    with pytest.raises(SizeError, match=f"state at most {MAX_RELATIONS}"):
        read_assumptions((*order, "a < b < c"))


pairs = st.tuples(st.sampled_from("abcd"), st.sampled_from(["<", "<=", ">", ">=", "=="]), st.sampled_from("abcd"))


@given(stated=st.lists(pairs, max_size=6))
def test_contradictions_are_found_exactly_when_no_ranking_fits(stated):
    relations = [relation for left, sign, right in stated for relation in read_one(left, sign, right)]
    assert (contradiction(relations) is None) == any(fits(stated, ranking) for ranking in rankings())


def read_one(left, sign, right):
    return parse_relations(f"{left} {sign} {right}")


def rankings():
    """Every way to rank four terms, ties included."""
    seen = set()
    for levels in ([0, 1, 2, 3], [0, 0, 1, 2], [0, 1, 1, 2], [0, 1, 2, 2], [0, 0, 1, 1], [0, 0, 0, 1], [0, 1, 1, 1], [0] * 4):
        seen.update(permutations(levels))
    return [dict(zip("abcd", ranking, strict=True)) for ranking in seen]


def fits(stated, ranking):
    holds = {
        "<": lambda x, y: x < y,
        "<=": lambda x, y: x <= y,
        ">": lambda x, y: x > y,
        ">=": lambda x, y: x >= y,
        "==": lambda x, y: x == y,
    }
    return all(holds[sign](ranking[left], ranking[right]) for left, sign, right in stated)
