"""Imperfect attribution against closed forms of symmetric cases, bisection, and the published comparative statics."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, uniform

from deterrence_games.alliances.attribution import Signals, attribution_equilibria, signals
from deterrence_games.errors import ParameterError

SHARE = st.floats(0.05, 0.95)


def only(*arguments, **options):
    (found,) = attribution_equilibria(*arguments, **options)
    return found


@given(SHARE, SHARE, st.integers(2, 5))
def test_symmetric_attackers_without_false_alarms(detection, identification, n):
    found = only(signals(n, detection=detection, identification=identification), 1 / n)
    wanted = detection * (identification**2 + (1 - identification) ** 2 / (n - 1))
    np.testing.assert_allclose(found.cutoffs, wanted, atol=1e-8)
    assert found.attack == pytest.approx(1 - wanted, abs=1e-8)


@given(SHARE, SHARE, st.integers(2, 4))
def test_what_is_mistaken_counts_as_unnoticed(detection, identification, n):
    found = only(signals(n, detection=detection, identification=identification, mistaken="unnoticed"), 1 / n)
    np.testing.assert_allclose(found.cutoffs, detection * identification, atol=1e-8)
    assert found.misdirected == pytest.approx(0.0, abs=1e-12)


def test_one_attacker_with_false_alarms_at_the_worked_example():
    assert float(only(signals(1, detection=0.9, false_alarm=0.2), 0.8).cutoffs[0]) == pytest.approx(0.51728306, abs=5e-9)


@given(st.floats(0.3, 0.99), st.floats(0.01, 0.29), SHARE)
def test_one_attacker_against_bisection(detection, false_alarm, opportunity):
    low, high = 0.0, 1.0
    for _ in range(80):
        x = (low + high) / 2
        alpha = opportunity * (1 - x)
        risk = (detection - false_alarm) * alpha * detection / (alpha * detection + (1 - alpha) * false_alarm)
        low, high = (x, high) if risk > x else (low, x)
    assert float(only(signals(1, detection=detection, false_alarm=false_alarm), opportunity).cutoffs[0]) == pytest.approx(
        x, abs=1e-8
    )


def test_published_directions():
    """Fewer false alarms and turning mistakes into non-detection deter; better identification may fail to where it is poor."""
    attack = [only(signals(1, detection=0.9, false_alarm=share), 0.8).attack for share in (0.05, 0.1, 0.2, 0.3)]
    assert all(less < more for less, more in pairwise(attack))
    for identification in (0.6, 0.8):
        blamed, unnoticed = (
            only(signals(2, detection=0.8, identification=identification, mistaken=what), 0.5).attack
            for what in ("blamed", "unnoticed")
        )
        assert unnoticed < blamed
    detected = [only(signals(2, detection=share, identification=0.9), 0.5).attack for share in (0.2, 0.5, 0.8)]
    assert all(more < less for less, more in pairwise(detected))


def test_better_identification_fails_to_deter_where_it_is_poor():
    attack = {share: only(signals(2, detection=0.9, identification=share), 0.5).attack for share in (0.1, 0.3, 0.5, 0.7, 0.9)}
    assert attack[0.1] < attack[0.3] < attack[0.5]
    assert attack[0.5] > attack[0.7] > attack[0.9]


def test_full_deterrence_when_no_benefit_is_worth_the_risk():
    """Benefits of up to a half, and attacks are avenged with probability 0.9: nobody attacks, the threat is never tested."""
    found = only(signals(1, detection=0.9), 0.8, benefit=uniform(0, 0.5))
    assert found.attack == 0.0
    assert float(found.cutoffs[0]) == pytest.approx(0.9)
    two = only(signals(2, detection=0.9, identification=0.9), {"attacker 1": 0.3, "attacker 2": 0.6}, benefit=uniform(0, 0.5))
    assert two.attack == 0.0
    # After the signal "attacker 1": 0.3 * 0.81 against 0.6 * 0.09, as if both took their opportunities equally rarely.
    assert two.beliefs[:, 0].tolist() == pytest.approx([9 / 11, 2 / 11])
    # 2: 0.81 * (0.6 * 0.81 / (0.6 * 0.81 + 0.3 * 0.09)) + 0.09 * 2 / 11
    assert float(two.cutoffs[1]) == pytest.approx(0.81 * 0.486 / 0.513 + 0.09 * 2 / 11)


def test_a_benefit_just_above_the_risk_is_taken():
    attack = [only(signals(1, detection=0.9), 0.8, benefit=uniform(0, most)).attack for most in (0.85, 0.95)]
    assert attack == pytest.approx([0.0, 0.8 * 0.05 / 0.95])


def test_detecting_attacks_that_are_hard_to_identify_fails_to_deter():
    """Some attacks of b, so far unnoticed, now look like those of a: suspicion of a falls, and a attacks more."""

    def attacks(noticed):
        table = np.array([[0.9, 0.1], [noticed, 1 - noticed], [0.02, 0.98]])
        return only(Signals(("a", "b"), ("a", "nothing"), table, ("nothing",)), 0.5)

    before, after = attacks(0.0), attacks(0.2)
    assert after.attack_rates[0] > before.attack_rates[0]
    assert after.attack_rates[1] < before.attack_rates[1]
    assert [before.attack, after.attack] == pytest.approx([0.5971, 0.6828], abs=1e-4)


def test_better_identification_fails_to_deter_when_suspicion_sufficed():
    """A defender that strikes at beliefs of about 0.4 spares the second suspect once the first is more likely."""
    temper = beta(30, 20)
    attack = [only(signals(2, detection=0.9, identification=share), 0.5, temper=temper).attack for share in (0.6, 0.7, 1.0)]
    assert attack == pytest.approx([0.2784, 0.3511, 0.1], abs=1e-4)


def test_unequal_attackers_solve_their_own_conditions():
    seen = signals(("rival", "criminal", "ally"), detection=0.8, identification=0.7, false_alarm=0.1)
    laws = {"rival": beta(2, 2), "criminal": beta(1, 3), "ally": beta(5, 1)}
    found = only(seen, {"rival": 0.5, "criminal": 0.2, "ally": 0.1}, benefit=laws, temper=beta(2, 3))
    assert found.residual < 1e-10
    rates = np.array([0.5, 0.2, 0.1]) * [1 - laws[name].cdf(x) for name, x in zip(seen.attackers, found.cutoffs, strict=True)]
    np.testing.assert_allclose(found.attack_rates, rates)
    for k in range(3):
        for s in range(3):
            evidence = sum(rates[m] * seen.probability[m, s] for m in range(3)) + (1 - rates.sum()) * seen.probability[3, s]
            belief = rates[k] * seen.probability[k, s] / evidence
            assert found.beliefs[k, s] == pytest.approx(belief)
            assert found.retaliation[k, s] == pytest.approx(1 - beta(2, 3).cdf(1 - belief))
    assert (found.retaliation[:, 3] == 0).all()


def test_commitment_replaces_best_replies():
    seen = signals(2, detection=0.8, identification=0.9)
    found = only(seen, 0.5, committed=np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    np.testing.assert_allclose(found.cutoffs, 0.8 * 0.9)
    assert found.attack < only(seen, 0.5).attack


def test_tables_and_words():
    found = only(signals(("a", "b"), detection=0.8, identification=0.9), 0.5)
    assert list(found.to_dataframe().index) == ["a", "b"]
    assert repr(found).startswith("attack with probability 0.344 (a 0.172, b 0.172)")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: signals(2, detection=1.2), "detection is 1.2"),
        (lambda: signals(1, detection=0.5, identification=0.5), "cannot be mistaken for another"),
        (lambda: signals(2, detection=0.5, mistaken="lost"), "use 'blamed' or 'unnoticed'"),
        (lambda: Signals(("a",), ("s",), np.ones((1, 1)), ()), "give \\(2, 1\\), nobody last"),
        (lambda: Signals(("a",), ("s", "t"), np.array([[0.5, 0.4], [1, 0]]), ()), "do not sum to one"),
        (lambda: attribution_equilibria(signals(2, detection=0.5), 0.8), "and sum to 1.6"),
        (lambda: attribution_equilibria(signals(("a", "b"), detection=0.5), {"a": 0.1}), "no opportunity for 'b'"),
        (lambda: signals(0, detection=0.5), "no attacker is given"),
        (lambda: signals(1, detection="much"), "detection is 'much'; give one number"),
        (lambda: attribution_equilibria(signals(1, detection=0.5), "much"), "opportunity of 'attacker 1' is 'much'"),
        (lambda: attribution_equilibria(signals(1, detection=0.5), 0.2, committed="much"), "a commitment is no number"),
        (lambda: signals(("a", "a"), detection=0.5), "attacker 'a' is named twice"),
        (lambda: Signals(("a",), ("s",), np.ones((2, 1)), ("t",)), "no signal is called 't'"),
        (lambda: attribution_equilibria(signals(1, detection=0.5), float("nan")), "opportunities are nan"),
        (lambda: attribution_equilibria(signals(1, detection=0.5), {"attacker 1": 0.1, "b": 0.2}), "'b', who is no attacker"),
        (lambda: attribution_equilibria(signals(2, detection=0.5), 0.2, benefit={"attacker 1": beta(1, 1)}), "no benefit for"),
        (lambda: attribution_equilibria(signals(2, detection=0.5), 0.2, benefit=0.5), "has no cdf"),
        (
            lambda: attribution_equilibria(signals(2, detection=0.5), 0.5, committed=[[2, 0, 0]] * 2),
            "give probabilities of shape",
        ),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(ParameterError, match=words):
        call()
