"""`dg.read` and `dg.write` choose the format by suffix and say what to do where a game has no such form."""

import os
from fractions import Fraction

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.errors import FormatError, GameError, SizeError
from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.io import files, read, write
from tests.extensive_games import assert_same, random_form

POINT = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": 0.25}


def test_every_form_in_every_format(tmp_path):
    game = dg.models.rudimentary_asymmetric_deterrence()
    tree = dg.tree_form(game, POINT)
    write(game, tmp_path / "game.json")
    assert read(tmp_path / "game.json") == game
    write(tree, tmp_path / "tree.EFG")
    form = read(str(tmp_path / "tree.EFG"))
    assert isinstance(form, ExtensiveForm)
    assert form.exact_probabilities.tolist() == [Fraction(1, 4), Fraction(3, 4)]
    write(form, tmp_path / "again.efg")
    assert_same(form, read(tmp_path / "again.efg"))
    write(tree, tmp_path / "tree.nfg")
    write(form, tmp_path / "form.nfg")
    first, second = read(tmp_path / "tree.nfg"), read(tmp_path / "form.nfg")
    np.testing.assert_allclose(np.sort(first.payoffs, axis=None), np.sort(second.payoffs, axis=None))
    write(first, tmp_path / "first.nfg")
    assert read(tmp_path / "first.nfg").exact.tolist() == first.exact.tolist()


def test_a_game_without_parameters_has_numbers(tmp_path):
    game = dg.models.rudimentary_asymmetric_deterrence().substitute(POINT)
    for suffix in ("efg", "nfg"):
        write(game, tmp_path / f"game.{suffix}")
    assert read(tmp_path / "game.efg").outcome_labels[0] == "status_quo"
    assert read(tmp_path / "game.nfg").shape == (2, 4)


def test_what_has_no_such_form_is_refused_with_the_remedy(tmp_path):
    game = dg.models.rudimentary_asymmetric_deterrence()
    strategic = dg.strategic_form(game, POINT)
    for suffix in ("efg", "nfg"):
        with pytest.raises(
            FormatError, match=r"has parameters \(.*\) and .* needs numbers; write dg.tree_form\(game, params\)"
        ):
            write(game, tmp_path / f"game.{suffix}")
    with pytest.raises(FormatError, match=r"has no tree; write it as \.nfg"):
        write(strategic, tmp_path / "game.efg")
    with pytest.raises(FormatError, match=r"a StrategicForm cannot be written .* give the Game"):
        write(strategic, tmp_path / "game.json")
    with pytest.raises(FormatError, match="a str cannot be written"):
        write("game", tmp_path / "game.efg")
    with pytest.raises(FormatError, match=r"unknown suffix; use one of \.json, \.nfg, \.efg"):
        write(strategic, tmp_path / "game.gbt")
    with pytest.raises(GameError, match=r"choose one with tree.at\(point\)"):
        write(dg.tree_form(game, POINT | {"p": np.array([0.1, 0.2])}), tmp_path / "game.efg")
    with pytest.raises(GameError, match="a strategic form needs two or more"):
        write(random_form(np.random.default_rng(0), players=1), tmp_path / "game.nfg")
    assert os.listdir(tmp_path) == []


def test_broken_files_are_named(tmp_path):
    for suffix, place in (("efg", "line 1, column 1"), ("nfg", "line 1, column 1")):
        path = tmp_path / f"game.{suffix}"
        path.write_text("hello")
        with pytest.raises(FormatError, match=rf"file '.*game\.{suffix}': {place}: expected"):
            read(path)


def test_nothing_is_written_that_could_not_be_read(tmp_path, monkeypatch):
    form = random_form(np.random.default_rng(3))
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    with pytest.raises(SizeError, match="would have more than 100 bytes and could not be read back"):
        write(form, tmp_path / "game.efg")
    assert os.listdir(tmp_path) == []
