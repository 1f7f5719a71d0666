"""Refinements: the unilateral game by the book, random signalling games against exact intervals of responses, refusals."""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
import sympy

import deterrence_games as dg
from deterrence_games.errors import GameError
from deterrence_games.theory import Equivalence, Exclusion, Existence
from deterrence_games.theory.instances import instance_of

CRITERIA = ("passive beliefs", "monotone beliefs", "intuitive criterion", "D1")
C1, C2, D = "(c_DC - c_SQ)/(c_DC - c_CD)", "(c_DC - c_SQ)/(c_DC - c_DDh)", "(d_CD - d_DC)/(d_CD - d_DDs)"


@pytest.fixture(scope="module")
def unilateral():
    return dg.derive(dg.models.unilateral_deterrence())


@pytest.fixture(scope="module")
def escalation():
    return dg.derive(dg.models.asymmetric_escalation_hard_challenger())


@pytest.mark.parametrize(
    ("criterion", "name", "region"),
    [
        ("passive beliefs", "Steadfast Deterrence", (f"p_ch <= {D}",)),
        ("passive beliefs", "Certain Deterrence", (f"p_ch >= {D}", f"p_def >= {C2}")),
        ("monotone beliefs", "Steadfast Deterrence", (f"p_ch <= {D}",)),
        ("monotone beliefs", "Certain Deterrence", (f"p_def >= {C2}",)),
        ("D1", "Steadfast Deterrence", (f"p_def >= {C2}",)),
        ("D1", "Certain Deterrence", (f"p_def >= {C2}",)),
        ("D1", "Separating", (f"{C1} <= p_def", f"p_def <= {C2}")),
        ("D1", "Attack", (f"p_def <= {C1}", f"p_ch >= {D}")),
        ("D1", "Bluff", (f"p_def < {C1}", f"p_ch < {D}")),
    ],
)
def test_unilateral_deterrence(unilateral, criterion, name, region):
    refined = unilateral.refine(criterion)
    assert refined.complete
    assert refined.refinements == (criterion,)
    assert refined.prove(Equivalence(name, region)).verdict == "proved"


def test_intuitive_criterion_bites_between_the_thresholds_of_the_challengers(unilateral):
    refined = unilateral.refine("intuitive criterion")
    (condition,) = refined["Steadfast Deterrence"].conditions
    assert isinstance(condition, sympy.Or)
    values = dict(zip(("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), range(5), strict=True))
    values |= dict(zip(("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ"), range(5), strict=True))
    for p_def, holds in (("1/6", True), ("1/3", True), ("5/12", False), ("1/2", False), ("7/12", True)):
        found = refined.at({**values, "p_ch": sympy.Rational(1, 2), "p_def": sympy.Rational(p_def)})
        assert ("Steadfast Deterrence" in {instance.name for instance in found}) == holds, p_def


def test_effects_say_what_was_removed_and_where(unilateral):
    refined = unilateral.refine("D1")
    verdicts = {effect.family: effect.verdict for effect in refined.effects}
    assert verdicts["Steadfast Deterrence"] == "restricted"
    assert {verdicts[name] for name in ("Separating", "Attack", "Bluff")} == {"kept"}
    assert "Steadfast Deterrence: kept only where p_def >= " in "\n".join(map(str, refined.effects))
    assert "D1" in repr(refined)
    assert "D1" in refined.to_latex()
    narrowed = {effect.family: effect.verdict for effect in unilateral.refine("monotone beliefs").effects}
    assert narrowed["Certain Deterrence"] == "fewer beliefs"


def test_refinements_add_up(unilateral):
    refined = unilateral.refine("D1").refine("passive beliefs")
    assert refined.refinements == ("D1", "passive beliefs")
    assert refined.prove(Equivalence("Steadfast Deterrence", (f"p_def >= {C2}", f"p_ch <= {D}"))).verdict == "proved"


def test_a_refined_theorem_proves_claims(unilateral):
    assert unilateral.prove(Exclusion("Steadfast Deterrence", "Attack")).verdict == "refuted"
    refined = unilateral.refine("D1")
    assert refined.prove(Exclusion("Steadfast Deterrence", "Attack")).verdict == "proved"
    assert refined.prove(Existence()).verdict == "proved"
    wrong = refined.prove(Equivalence("Steadfast Deterrence", ()))
    assert wrong.verdict == "refuted"
    assert wrong.recheck()
    assert wrong.confirmed is None


def test_d1_leaves_exactly_one_answer_to_a_hard_challenger(escalation):
    refined = escalation.refine("D1")
    verdicts = {effect.family: effect.verdict for effect in refined.effects}
    assert verdicts.pop("No-Response") == "removed"
    assert set(verdicts.values()) == {"kept"}
    assert refined.prove(Existence()).verdict == "proved"
    names = [family.name for family in refined.families]
    assert len(names) == 4
    for one, other in product(names, names):
        if one < other:
            assert refined.prove(Exclusion(one, other)).verdict == "proved"


def test_no_response_by_a_grid_over_beliefs_and_responses(escalation):
    """Four types, a response that a continuation follows: refinements of No-Response at numbers, from the tree by hand."""
    refined = {criterion: escalation.refine(criterion) for criterion in ("passive beliefs", "intuitive criterion", "D1")}
    rng = np.random.default_rng(1998)
    seen = set()
    for _ in range(12):
        de, ee, dd, ed, sq, dc = sorted(rng.choice(60, size=6, replace=False).tolist())  # the Challenger's payoffs
        ees, yields, eeh, dds, concedes, ddh, *rest = sorted(rng.choice(60, size=8, replace=False).tolist())
        weights = rng.integers(1, 9, size=4)
        prior = [Fraction(int(w), int(weights.sum())) for w in weights]  # HH, HS, SH, SS
        params = dict(zip(("c_DE", "c_EEh", "c_DD", "c_ED", "c_SQ", "c_DC"), (de, ee, dd, ed, sq, dc), strict=True))
        params |= dict(
            zip(("d_EEs", "d_ED", "d_EEh", "d_DDs", "d_DC", "d_DDh"), (ees, yields, eeh, dds, concedes, ddh), strict=True)
        )
        params |= dict(zip(("d_DE", "d_SQ"), rest, strict=True)) | dict(
            zip(("p_HH", "p_HS", "p_SH"), map(sympy.Rational, prior), strict=False)
        )
        limited, escalated = (ddh, ddh, dds, dds), (eeh, yields, eeh, yields)

        def gain(kind, share, limited=limited, escalated=escalated, concedes=concedes):
            return (1 - share) * limited[kind] + share * escalated[kind] - concedes

        changes = {Fraction(limited[k] - concedes, limited[k] - escalated[k]) for k in range(4) if limited[k] != escalated[k]}
        corners = sorted({Fraction(0), Fraction(1)} | {share for share in changes if 0 < share < 1})
        shares = (*corners, *((a + b) / 2 for a, b in pairwise(corners)))

        def answers(strategic, ee=ee, dd=dd, ed=ed, shares=shares):
            """Best probabilities of escalating, given the probability that whoever responds is strategically hard."""
            value = strategic * ee + (1 - strategic) * ed - dd
            return (Fraction(1),) if value > 0 else (Fraction(0),) if value < 0 else shares

        every = {share for strategic in (*GRID, Fraction(ed - dd, ed - ee)) for share in answers(strategic)}
        allowed = {"intuitive criterion": [k for k in range(4) if any(gain(k, e) >= 0 for e in every)] or range(4)}
        deleted = {
            kind
            for kind, rival in product(range(4), range(4))
            if any(gain(rival, e) > 0 > gain(kind, e) for e in every)
            and not any(gain(kind, e) >= 0 >= gain(rival, e) for e in every)
        }
        allowed["D1"] = [k for k in range(4) if k not in deleted]
        strategic_hard = {criterion: [int(k in (0, 2)) for k in kinds] for criterion, kinds in allowed.items()}
        beliefs = {own: [s for s in GRID if min(hard) <= s <= max(hard)] for own, hard in strategic_hard.items()}
        beliefs["passive beliefs"] = [prior[0] + prior[2]]
        for criterion, held in beliefs.items():
            wanted = any(all(gain(k, e) <= 0 for k in range(4)) for s in held for e in answers(s))
            own = refined[criterion]
            values = {sympy.Symbol(name, real=True): sympy.Rational(value) for name, value in params.items()}
            families = (family for family in (*own.families, *own.border_families) if family.name == "No-Response")
            found = any(instance_of(family, values) is not None for family in families)
            assert found == wanted, (criterion, params)
            seen.add((criterion, wanted))
    assert seen == {("passive beliefs", True), ("passive beliefs", False), ("intuitive criterion", True), ("D1", False)}


GRID = tuple(Fraction(k, 60) for k in range(61))


# ---- random signalling games against exact intervals --------------------------------------------------------------------
#
# One sender of two to four types stays out or goes in; a receiver of one or two types with two actions answers. What follows
# shares no code with the library: responses are boxes of probabilities that receivers choose the second action, and gains are
# linear in them.


class Signalling:
    """A game at random in small whole numbers, so that ties happen."""

    def __init__(self, rng, senders, receivers):
        self.senders, self.receivers = senders, receivers
        self.prior = [Fraction(int(n)) for n in rng.integers(1, 5, size=senders)]
        self.prior = [n / sum(self.prior) for n in self.prior]
        share = Fraction(int(rng.integers(1, 4)), 4)
        self.shares = [share, 1 - share] if receivers == 2 else [Fraction(1)]
        self.gain = rng.integers(-3, 4, size=(senders, 2)).tolist()  # of going in, by the receiver's answer
        self.worth = rng.integers(-2, 3, size=(receivers, senders)).tolist()  # of the second answer over the first

    def game(self):
        kinds = [f"s{k}" for k in range(self.senders)]
        owners = [f"r{k}" for k in range(self.receivers)] if self.receivers == 2 else [""]
        types = {"sender": dict(zip(kinds, map(str, self.prior), strict=True))}
        if self.receivers == 2:
            types["receiver"] = dict(zip(owners, map(str, self.shares), strict=True))

        def payoffs(answer):
            worth = {(kind, owner): answer * self.worth[j][i] for i, kind in enumerate(kinds) for j, owner in enumerate(owners)}
            return {"sender": {kind: self.gain[i][answer] for i, kind in enumerate(kinds)}, "receiver": worth}

        return dg.Game(
            name="signalling",
            players=("sender", "receiver"),
            tree=dg.Decision("sender", {"out": "stay", "in": dg.Decision("receiver", {"first": "one", "second": "two"})}),
            types=types,
            payoffs={"stay": {"sender": 0, "receiver": 0}, "one": payoffs(0), "two": payoffs(1)},
        )

    def answers(self, belief):
        """The probabilities of the second answer that are best given a belief: a box."""
        box = []
        for worth in self.worth:
            value = sum(b * w for b, w in zip(belief, worth, strict=True))
            box.append((1, 1) if value > 0 else (0, 0) if value < 0 else (0, 1))
        return box

    def boxes(self, corners):
        """Every box of best answers over the convex hull of some beliefs."""
        if self.receivers == 1:
            values = [sum(b * w for b, w in zip(corner, self.worth[0], strict=True)) for corner in corners]
            found = {((1, 1) if value > 0 else (0, 0),) for value in values if value}
            return found | ({((0, 1),)} if min(values) <= 0 <= max(values) else set())
        # two sender types: a segment, on which each receiver changes its mind at one point at most
        low, high = min(c[0] for c in corners), max(c[0] for c in corners)
        points = {low, high}
        for first, second in self.worth:
            if first != second and low <= Fraction(-second, first - second) <= high:
                points.add(Fraction(-second, first - second))
        points |= {(a + b) / 2 for a, b in product(points, points)}
        return {tuple(self.answers((point, 1 - point))) for point in points}

    def shares_of(self, boxes):
        """Intervals of the probability of the second answer, which is all that senders care about."""
        return [[sum(s * side[end] for s, side in zip(self.shares, box, strict=True)) for end in (0, 1)] for box in boxes]

    def worth_going(self, kind, share):
        first, second = self.gain[kind]
        return first + share * (second - first)

    def some(self, intervals, tests):
        """Whether some share in an interval passes all tests (type, sign): gain >=, <=, > or < zero."""
        checks = {">=": lambda g: g >= 0, "<=": lambda g: g <= 0, ">": lambda g: g > 0, "<": lambda g: g < 0}
        for low, high in intervals:
            points = {low, high}
            for first, second in self.gain:
                if first != second and low <= Fraction(-first, second - first) <= high:
                    points.add(Fraction(-first, second - first))
            points |= {(a + b) / 2 for a, b in product(points, points)}
            if any(all(checks[sign](self.worth_going(kind, point)) for kind, sign in tests) for point in points):
                return True
        return False

    def unit(self, kind):
        return tuple(Fraction(int(k == kind)) for k in range(self.senders))

    def staying_out(self, criterion):
        """Whether there is an equilibrium in which everybody stays out, supported by a belief that is allowed."""
        types = range(self.senders)
        everywhere = self.shares_of(self.boxes([self.unit(k) for k in types]))
        if criterion is None:
            corners = [self.unit(k) for k in types]
        elif criterion == "passive beliefs":
            corners = [tuple(self.prior)]
        elif criterion == "monotone beliefs":
            corners = []
            for top in range(1, self.senders + 1):
                total = sum(self.prior[:top])
                corners.append(tuple(self.prior[k] / total if k < top else Fraction(0) for k in types))
        elif criterion == "intuitive criterion":
            left = [k for k in types if self.some(everywhere, [(k, ">=")])]
            corners = [self.unit(k) for k in left or types]
        else:
            out = {
                kind
                for kind, rival in product(types, types)
                if self.some(everywhere, [(rival, ">")])
                and kind != rival
                and not self.some(everywhere, [(kind, ">="), (rival, "<=")])
            }
            corners = [self.unit(k) for k in types if k not in out]
        return bool(corners) and self.some(self.shares_of(self.boxes(corners)), [(kind, "<=") for kind in types])


def stays_out(theorem):
    places = [dg.InformationSet("sender", kind, ()) for kind in theorem.game.type_labels("sender")]
    return any(
        all(case.strategies[place]["out"] == 1 for place in places)
        for family in (*theorem.families, *theorem.border_families)
        for case in family.cases
    )


@pytest.mark.parametrize(("senders", "receivers", "games"), [(2, 1, 15), (2, 2, 12), (3, 1, 20), (4, 1, 12)])
def test_random_signalling_games(senders, receivers, games):
    rng = np.random.default_rng(1987 + 10 * senders + receivers)
    removed = set()
    for _ in range(games):
        drawn = Signalling(rng, senders, receivers)
        theorem = dg.derive(drawn.game())
        everywhere = drawn.staying_out(None)
        assert stays_out(theorem) == everywhere
        for criterion in CRITERIA:
            refined = theorem.refine(criterion)
            assert refined.complete
            wanted = drawn.staying_out(criterion)
            assert stays_out(refined) == wanted, (criterion, vars(drawn))
            if everywhere and not wanted:
                removed.add(criterion)
    assert removed


def test_solutions_are_filtered():
    rng = np.random.default_rng(41)
    removed = 0
    for _ in range(6):
        drawn = Signalling(rng, 2, 2)
        game = drawn.game()
        solution = dg.solve(game)
        for criterion in CRITERIA:
            kept = dg.refine(game, solution, criterion)
            out = [all(e.behavior["sender", kind, ()]["out"] == 1 for kind in ("s0", "s1")) for e in kept]
            assert kept.complete
            assert any(out) == drawn.staying_out(criterion), (criterion, vars(drawn))
            removed += len(solution) - len(kept)
    assert removed > 0


def test_passive_beliefs_leave_one_of_two_steadfast_continua():
    game = dg.models.unilateral_deterrence()
    values = dict(zip(("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), range(5), strict=True))
    values |= dict(zip(("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ"), range(5), strict=True))
    solution = dg.solve(game, {**values, "p_ch": 0.5, "p_def": 0.125})
    steadfast = [own for own in dg.refine(game, solution, "passive beliefs") if own.name == "Steadfast Deterrence"]
    assert len(steadfast) == 1
    assert steadfast[0].behavior["defender", "soft", ("defect",)]["defy"] == 1
    with pytest.raises(GameError, match="refinements are for perfect Bayesian"):
        dg.refine(dg.models.rudimentary_asymmetric_deterrence(), solution, "D1")


# ---- refusals ----------------------------------------------------------------------------------------------------------


def answered_at_once():
    """A challenge that two defenders answer at the same time."""
    answers = dg.Simultaneous(
        {"b": ("yield", "resist"), "c": ("yield", "resist")},
        {("yield", "yield"): "loss", ("yield", "resist"): "half", ("resist", "yield"): "half", ("resist", "resist"): "war"},
    )
    return dg.Game(
        name="two_defenders",
        players=("a", "b", "c"),
        tree=dg.Decision("a", {"wait": "status_quo", "challenge": answers}),
        types={"a": {"hard": "p", "soft": "1 - p"}},
        payoffs={
            "status_quo": {"a": 1, "b": 1, "c": 1},
            "loss": {"a": 2, "b": 0, "c": 0},
            "half": {"a": 0, "b": -1, "c": -1},
            "war": {"a": {"hard": "w", "soft": -2}, "b": {("hard", "", ""): -2, ("soft", "", ""): 1}, "c": -1},
        },
        assumptions=("0 < p < 1", "0 < w < 1"),
    )


@pytest.mark.parametrize("criterion", ["intuitive criterion", "D1"])
def test_answers_at_once_are_refused_in_words(criterion):
    theorem = dg.derive(answered_at_once())
    with pytest.raises(GameError, match=r"'b' and 'c' answer 'challenge' of 'a' at once.*use 'passive beliefs'"):
        theorem.refine(criterion)
    assert theorem.refine("passive beliefs").complete


def test_unknown_refinements_and_theorems_from_files_are_refused(unilateral, tmp_path):
    with pytest.raises(GameError, match=r"'D2' is no refinement; use one of 'passive beliefs', "):
        unilateral.refine("D2")
    refined = unilateral.refine("D1")
    dg.write(refined, tmp_path / "theorem.json")
    found = dg.read(tmp_path / "theorem.json")
    assert found.refinements == ("D1",)
    with pytest.raises(GameError, match="derive the game anew"):
        found.refine("passive beliefs")


def test_a_limit_of_time_is_said(unilateral):
    refined = unilateral.refine("D1", seconds=1e-9)
    assert refined.stopped
    assert not refined.complete
    assert {effect.verdict for effect in refined.effects} <= {"kept", "undecided"}


def test_beer_and_quiche():
    """Cho and Kreps (1987), figure 1: nobody pools on quiche once beliefs about beer are reasonable."""
    tree = dg.Decision(
        "sender",
        {
            "beer": dg.Decision("receiver", {"duel": "beer_duel", "leave": "beer_peace"}),
            "quiche": dg.Decision("receiver", {"duel": "quiche_duel", "leave": "quiche_peace"}),
        },
    )
    duel, peace = {("surly", ""): 0, ("wimp", ""): 1}, {("surly", ""): 1, ("wimp", ""): 0}
    game = dg.Game(
        name="beer_and_quiche",
        players=("sender", "receiver"),
        tree=tree,
        types={"sender": {"surly": "p", "wimp": "1 - p"}},
        payoffs={
            "beer_duel": {"sender": {"surly": 1, "wimp": 0}, "receiver": duel},
            "beer_peace": {"sender": {"surly": 3, "wimp": 2}, "receiver": peace},
            "quiche_duel": {"sender": {"surly": 0, "wimp": 1}, "receiver": duel},
            "quiche_peace": {"sender": {"surly": 2, "wimp": 3}, "receiver": peace},
        },
        assumptions=("0 < p < 1",),
    )
    theorem = dg.derive(game)
    pooling = {
        action: f"sender surly: {action}, wimp: {action}; receiver after {action} leave" for action in ("beer", "quiche")
    }
    half = sympy.Rational(1, 2)
    for name in pooling.values():
        # the type that would rather have the other breakfast is content when it has to duel with one half or more
        assert list(theorem[name].ranges.values()) == [sympy.Interval(0, half)]
    for criterion in ("intuitive criterion", "D1"):
        verdicts = {effect.family: effect.verdict for effect in theorem.refine(criterion).effects}
        assert verdicts[pooling["quiche"]] == "removed"
        assert verdicts[pooling["beer"]] == "fewer beliefs"
    effects = {effect.family: effect for effect in theorem.refine("monotone beliefs").effects}
    assert str(effects[pooling["beer"]]) == f"{pooling['beer']}: removed but on the border p == 1/2"
