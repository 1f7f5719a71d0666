"""Trees for the logit path: payoffs of range one, and the end of a path as an assessment that is measured and told."""

from dataclasses import dataclass

import numpy as np

from deterrence_games.forms import InformationSet, TreeForm
from deterrence_games.forms.tree import LEAF, MOVE, Floats, Ints
from deterrence_games.kernels import regret
from deterrence_games.results import Equilibrium
from deterrence_games.solvers.nash_profile import unit_payoffs
from deterrence_games.solvers.solver import strictness
from deterrence_games.solvers.warm_up import warm_up

# Bayes' rule is applied to likelier moves only. Below, a product of probabilities may have lost its digits; the belief is then
# the limit that the path gives, worked out in logarithms.
LIKELY = 1e-200
FEW_BELIEFS = 200  # so many are measured in ten milliseconds of plain Python


@dataclass(frozen=True, eq=False)
class ScaledTree:
    """A tree at one point whose payoffs span [0, 1] for every player, over all outcomes and all types of all players.

    Attributes
    ----------
    form : TreeForm
    payoff : float64[outcome, player, profile]
    prior : float64[type over all players]
    chance : float64[node]
        Probability of the chance branch into the node; 1 elsewhere.
    """

    form: TreeForm
    payoff: Floats
    prior: Floats
    chance: Floats

    @classmethod
    def of(cls, form: TreeForm) -> "ScaledTree":
        """Scale the only point of a form."""
        structure, values = form.structure, form.values[0]
        payoff = np.stack([unit_payoffs(values[structure.payoff[:, i]]) for i in range(len(structure.players))], axis=1)
        chance = np.where(structure.chance >= 0, values[structure.chance], 1.0)
        return cls(form, np.ascontiguousarray(payoff), values[structure.prior], chance)

    def beliefs(self, behavior: Floats, limit: Floats) -> Floats:
        """Beliefs by Bayes' rule, and by their limit along the path after moves that the behaviour excludes.

        Parameters
        ----------
        behavior : float64[entry]
        limit : float64[node, type over all players]

        Returns
        -------
        float64[node, type over all players]
        """
        structure = self.form.structure
        held = np.tile(self.prior, (len(structure.kind), 1))
        for node in np.flatnonzero(structure.kind != LEAF):
            below = structure.child[structure.child_first[node] :][: structure.child_count[node]]
            held[below] = held[node]
            if structure.kind[node] != MOVE:
                continue
            for slot in range(structure.slot_first[node], structure.slot_first[node] + structure.slot_count[node]):
                player, sets = structure.slot_player[slot], structure.set_first[slot]
                kinds = np.arange(structure.type_count[player])
                columns = structure.type_first[player] + kinds
                for number, child in enumerate(below):
                    action = number // structure.slot_stride[slot] % structure.slot_actions[slot]
                    joint = held[node, columns] * behavior[structure.set_entry[sets + kinds] + action]
                    if joint.sum() <= LIKELY:
                        joint = limit[child, columns]
                    held[child, columns] = joint / joint.sum()
        return held

    def certificate(self, behavior: Floats, beliefs: Floats) -> float:
        """Largest gain from replanning in shares of a player's range of payoffs, or departure from Bayes' rule if larger."""
        structure = self.form.structure
        # The certificate reads payoffs, priors and chance from one row of values; here each has a place of its own.
        values = np.concatenate([self.payoff.ravel(), self.prior, self.chance])[None]
        places = np.arange(values.size)
        for array in (values, places):
            array.setflags(write=False)  # as in a form, or Numba would compile the certificate once more
        own = {
            "payoff": places[: self.payoff.size].reshape(self.payoff.shape),
            "prior": places[self.payoff.size :][: self.prior.size],
            "chance": places[self.payoff.size + self.prior.size :],
        }
        arrays = [own.get(name, getattr(structure, name)) for name in regret.TREE_ARRAYS]
        gain, _, inconsistency = _measured(arrays, values, behavior, beliefs)
        return max(gain, inconsistency)

    def equilibrium(self, behavior: Floats, beliefs: Floats) -> Equilibrium:
        """Return an assessment in the words of the game, measured on the game's own payoffs."""
        form, structure = self.form, self.form.structure
        arrays = [getattr(structure, name) for name in regret.TREE_ARRAYS]
        gain, margin, _ = _measured(arrays, form.values, behavior, beliefs)
        distribution = self.distribution(behavior)
        worth = np.einsum("op,oip->i", distribution, form.values[0][structure.payoff])
        told: dict[InformationSet, dict[str, float]] = {}
        for k, where in enumerate(structure.information_sets):
            shares = behavior[structure.set_entry[k] :][: structure.set_actions[k]]
            told[where] = dict(zip(structure.set_labels(k), shares.tolist(), strict=True))
        unsure = [i for i, count in enumerate(structure.type_count) if count > 1]
        return Equilibrium(
            payoffs=dict(zip(structure.players, worth.tolist(), strict=True)),
            regret=gain,
            margin=margin,
            behavior=told,
            beliefs={
                structure.histories[node]: {
                    structure.players[i]: dict(
                        zip(structure.types[i], beliefs[node, structure.type_first[i] :].tolist(), strict=False)
                    )
                    for i in unsure
                }
                for node in np.flatnonzero(structure.kind != LEAF)
            },
            outcomes=dict(zip(structure.outcomes, distribution.sum(axis=1).tolist(), strict=True)),
            verdict=strictness(margin),
        )

    def distribution(self, behavior: Floats) -> Floats:
        """Probability of every outcome and type profile, ``float64[outcome, profile]``."""
        structure = self.form.structure
        profiles = structure.profile_type
        reached = np.zeros((len(structure.kind), len(profiles)))
        reached[0] = np.prod(self.prior[structure.type_first + profiles], axis=1)
        found = np.zeros((len(structure.outcomes), len(profiles)))
        for node in range(len(reached)):
            if structure.kind[node] == LEAF:
                found[structure.outcome[node]] += reached[node]
                continue
            slots = range(structure.slot_first[node], structure.slot_first[node] + structure.slot_count[node])
            for number, child in enumerate(structure.child[structure.child_first[node] :][: structure.child_count[node]]):
                reached[child] = reached[node] * self.chance[child]
                for slot in slots:
                    action = number // structure.slot_stride[slot] % structure.slot_actions[slot]
                    kinds = profiles[:, structure.slot_player[slot]]
                    reached[child] *= behavior[structure.set_entry[structure.set_first[slot] + kinds] + action]
        return found


def _measured(arrays: list[Ints], values: Floats, behavior: Floats, beliefs: Floats) -> tuple[float, float, float]:
    out = np.empty((3, 1))
    measure = warm_up.choose(regret.assessment_regrets, beliefs.size <= FEW_BELIEFS)
    measure(*arrays, values, np.zeros(1, np.int64), behavior[None], beliefs[None], LIKELY, *out)
    return float(out[0, 0]), float(out[1, 0]), float(out[2, 0])
