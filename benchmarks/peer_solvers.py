"""The peers behind one interface: each takes payoff arrays and returns lists of mixed profiles; absent ones are None."""

import io
import shutil
import subprocess
import warnings
from fractions import Fraction
from tempfile import NamedTemporaryFile

import numpy as np

warnings.filterwarnings("ignore")  # what other packages warn of, degenerate games above all, is no failure here

try:
    import quantecon.game_theory as quantecon
except ImportError:
    quantecon = None
try:
    import nashpy
except ImportError:
    nashpy = None
try:
    import pygambit
except ImportError:
    pygambit = None
LRSNASH = shutil.which("lrsnash")
TIMEOUT = 60.0  # seconds for one game by lrsnash


def quantecon_game(payoffs):
    """``payoffs``: float64[player, a_1, ..., a_n]. Every player's own strategies come first there."""
    axes = range(len(payoffs))
    players = [
        quantecon.Player(np.ascontiguousarray(np.transpose(payoffs[i], [*axes[i:], *axes[:i]]))) for i in range(len(payoffs))
    ]
    return quantecon.NormalFormGame(players)


def quantecon_support(payoffs):
    return quantecon.support_enumeration(quantecon_game(payoffs))


def quantecon_vertex(payoffs):
    return quantecon.vertex_enumeration(quantecon_game(payoffs))


def quantecon_lemke_howson(payoffs):
    """One equilibrium, with the cap on path lengths without which times are heavy-tailed."""
    profile, result = quantecon.lemke_howson(quantecon_game(payoffs), capping=30, full_output=True)
    return [profile] if result.converged else []


def nashpy_support(payoffs):
    return list(nashpy.Game(*payoffs).support_enumeration())


def nfg(payoffs):
    """The payoffs as the text of an .nfg file, every float written exactly."""
    shape = payoffs.shape[1:]
    head = " ".join(f'"{number + 1}"' for number in range(len(payoffs)))
    cells = np.stack([np.asfortranarray(own).ravel(order="F") for own in payoffs], axis=1)
    return f'NFG 1 R "game" {{ {head} }} {{ {" ".join(map(str, shape))} }}\n\n' + " ".join(
        repr(float(number)) for number in cells.ravel()
    )


def gambit_game(payoffs):
    return pygambit.read_nfg(io.BytesIO(nfg(payoffs).encode()))


def gambit_tree(text):
    """A Gambit game from the text of an .efg file."""
    return pygambit.read_efg(io.BytesIO(text.encode()))


def gambit_enummixed(game):
    return _profiles(pygambit.nash.enummixed_solve(game, rational=False))


def gambit_enumpoly(game):
    return _profiles(pygambit.nash.enumpoly_solve(game, use_strategic=True))


def gambit_lcp(tree):
    return _one_or_more(pygambit.nash.lcp_solve(tree, rational=False))


def gambit_logit(game):
    """The last point of the principal branch."""
    return _one_or_more(pygambit.nash.logit_solve(game))


def _one_or_more(result):
    return [result.equilibrium] if hasattr(result, "equilibrium") else list(result.equilibria)


def _profiles(result):
    found = []
    for profile in result.equilibria:
        if pygambit.__version__.startswith("16."):
            found.append([np.array([float(profile[s]) for s in player.strategies]) for player in profile.game.players])
        else:
            found.append([np.array([float(share) for _, share in profile[player]]) for player in result.game.players])
    return found


def lrsnash(payoffs):
    """All extreme equilibria by lrsnash, which reads fractions; starting its process is part of the time."""
    rows, columns = payoffs.shape[1:]
    exact = [" ".join(str(Fraction(float(number))) for number in own.ravel()) for own in payoffs]
    with NamedTemporaryFile("w", suffix=".nash") as file:
        file.write(f"{rows} {columns}\n\n{exact[0]}\n\n{exact[1]}\n")
        file.flush()
        text = subprocess.run([LRSNASH, file.name], capture_output=True, text=True, timeout=TIMEOUT, check=True).stdout
    found, seconds = [], []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["2"]:
            seconds.append(np.array([float(Fraction(word)) for word in words[1 : columns + 1]]))
        elif words[:1] == ["1"]:
            own = np.array([float(Fraction(word)) for word in words[1 : rows + 1]])
            found += [[own, other] for other in seconds]
            seconds = []
    return found
