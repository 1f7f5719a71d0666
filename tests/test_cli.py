import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import deterrence_games as dg
from deterrence_games.cli import main

ROOT = Path(__file__).parents[1]
RUDIMENTARY = ("a_DD=-3", "a_SQ=0", "a_DC=1", "b_DDs=0", "b_DC=1", "b_DDh=2", "b_SQ=3")
MAP = (
    "map",
    "rudimentary_asymmetric_deterrence",
    "--x",
    "p:0:1:41",
    "--y",
    "a_DC:1:9:21",
    "-p",
    *RUDIMENTARY[:2],
    *RUDIMENTARY[3:],
)


@pytest.fixture
def run(capsys):
    """Run a command; return its status, standard output, and the lines of standard error."""

    def command(*arguments):
        try:
            status = main(arguments)
        except SystemExit as stop:  # argparse
            status = stop.code
        printed = capsys.readouterr()
        return status, printed.out, printed.err.splitlines()

    return command


def test_models_lists_every_model_with_a_line(run):
    status, out, errors = run("models")
    assert (status, errors) == (0, [])
    assert [line.split()[0] for line in out.splitlines()] == list(dg.models.CATALOGUE)
    assert all(len(line.split()) > 5 for line in out.splitlines())


@pytest.mark.parametrize("name", dg.models.CATALOGUE)
def test_show_tells_tree_parameters_and_source(run, name):
    status, out, errors = run("show", name)
    game = dg.models.CATALOGUE[name]()
    assert (status, errors) == (0, [])
    assert game.draw() in out
    assert " ".join(game.parameters) in out
    assert game.source in out
    assert all(equilibrium in out for equilibrium in game.names)


def test_solve_prints_the_solution(run):
    status, out, errors = run("solve", "rudimentary_asymmetric_deterrence", "-p", "p=1/4", *RUDIMENTARY)
    assert (status, errors) == (0, [])
    assert "p = 0.25" in out
    assert "defect in [0, 1]" in out
    assert "All equilibria found" in out


def test_solve_takes_parameters_in_several_groups_and_as_arithmetic(run):
    status, out, _ = run("solve", "rudimentary_asymmetric_deterrence", "-p", "p=0.5", *RUDIMENTARY[:3], "-p", *RUDIMENTARY[3:])
    assert status == 0
    assert "Deterrence" in out
    _, again, _ = run("solve", "rudimentary_asymmetric_deterrence", "-p", "p=sqrt(1/4)", *RUDIMENTARY)
    assert "p = 0.5" in again


def test_solve_as_json_reads_back(run):
    status, out, _ = run("solve", "rudimentary_asymmetric_deterrence", "-p", "p=1/2", *RUDIMENTARY, "--json")
    assert status == 0
    found = json.loads(out)
    assert found["complete"] is True
    assert found["params"]["p"] == 0.5
    (equilibrium,) = found["equilibria"]
    assert equilibrium["name"] == "Deterrence"
    assert equilibrium["outcomes"]["status_quo"] == 1
    first = equilibrium["behavior"][0]
    assert (first["player"], first["history"], first["probabilities"]["cooperate"]) == ("challenger", [], 1)


def test_a_game_from_a_file(run, tmp_path):
    path = tmp_path / "game.json"
    dg.write(dg.models.rudimentary_asymmetric_deterrence(), path)
    status, out, _ = run("solve", str(path), "-p", "p=1/2", *RUDIMENTARY)
    assert status == 0
    assert "Deterrence" in out


def test_broken_assumption_is_a_warning_in_one_line(run):
    status, _, errors = run("solve", "rudimentary_asymmetric_deterrence", "-p", "p=1/2", "a_DD=1/2", *RUDIMENTARY[1:])
    assert status == 0
    assert len(errors) == 1
    assert "warning" in errors[0]
    assert "a_DD < a_SQ" in errors[0]


def test_map_writes_every_file_and_tells_the_shares(run, tmp_path):
    files = [tmp_path / f"map{suffix}" for suffix in (".png", ".svg", ".pdf", ".csv")]
    status, out, errors = run(*MAP, "-o", *map(str, files))
    assert (status, errors) == (0, [])
    assert "Deterrence" in out
    assert all(path.stat().st_size > 1000 for path in files)
    assert files[-1].read_text().startswith("p,a_DC,Deterrence,Attack,")
    assert len(files[-1].read_text().splitlines()) == 41 * 21 + 1


def test_an_exact_map_says_what_the_solver_says_from_closed_forms(run, tmp_path):
    status, numeric, _ = run(*MAP, "-o", str(tmp_path / "numeric.csv"))
    assert status == 0
    assert run(*MAP, "--exact", "-o", str(tmp_path / "exact.csv"), str(tmp_path / "exact.png"))[::2] == (0, [])
    numeric, exact = (list(csv.DictReader((tmp_path / name).read_text().splitlines())) for name in ("numeric.csv", "exact.csv"))
    assert list(exact[0]) == ["p", "a_DC", "Deterrence", "Attack", "complete"]  # the solver also tells what holds on the border
    assert set(exact[0]) < set(numeric[0])
    decided = [(own, other) for own, other in zip(exact, numeric, strict=True) if own["complete"] == "1"]
    assert len(decided) == 39 * 21  # at p = 0 and p = 1 the assumptions fail
    off_border = [(own, other) for own, other in decided if other["Deterrence"] != other["Attack"]]
    assert len(off_border) > 800  # a float beside the border counts as the border for the solver, and in fractions does not
    assert all(own[name] == other[name] for own, other in off_border for name in ("Deterrence", "Attack"))


@pytest.mark.parametrize("exact", [(), ("--exact",)])
def test_maps_over_a_third_parameter_stand_side_by_side(run, tmp_path, exact):
    arguments = [argument for argument in MAP if argument != "a_DD=-3"]
    arguments[arguments.index("p:0:1:41")] = "p:0.05:0.95:7"
    arguments[arguments.index("a_DC:1:9:21")] = "a_DC:1:9:5"
    status, out, errors = run(*arguments, *exact, "--over", "a_DD:-4,-1/2", "-o", str(tmp_path / "maps.svg"))
    assert (status, errors) == (0, [])
    assert [line for line in out.splitlines() if line.startswith("a_DD")] == ["a_DD = -4", "a_DD = -0.5"]
    content = (tmp_path / "maps.svg").read_text()
    assert "$a_{DD} = -4$" in content
    assert "$a_{DD} = -0.5$" in content


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--over", "a_DD", "-o", "x.png"), "--over 'a_DD' is not KEY:VALUE,VALUE"),
        (("--over", "a_DD:-4", "-o", "x.png"), "is not KEY:VALUE,VALUE with different values"),
        (("--over", "a_DD:-4,-4", "-o", "x.png"), "is not KEY:VALUE,VALUE with different values"),
        (("--over", "a_DD:-4,-2", "-o", "x.png"), "--over 'a_DD' is given with -p too"),
        (("--over", "a_DD:-4,-2", "-o", "x.csv"), "with --over only pictures are written"),
    ],
)
def test_what_over_refuses(run, more, words):
    status, _, errors = run(*MAP, *more)
    assert status == 2
    assert words in errors[0]


def test_derive_writes_the_theorem_and_prove_reads_it(run, tmp_path):
    files = [str(tmp_path / f"theorem{suffix}") for suffix in (".tex", ".html", ".json")]
    status, out, errors = run("derive", "rudimentary_asymmetric_deterrence", "-o", *files)
    assert (status, errors) == (0, [])
    assert "Deterrence: p >= (a_DC - a_SQ)/(a_DC - a_DD)" in out
    assert (tmp_path / "theorem.tex").read_text().startswith(r"\documentclass")
    assert (tmp_path / "theorem.html").read_text().startswith("<!DOCTYPE html>")
    holds, fails = "(a_DC - a_SQ)/(a_DC - a_DD) < 1", "(a_DC - a_SQ)/(a_DC - a_DD) < 1/2"
    status, out, errors = run("prove", files[-1], "--claim", holds)
    assert (status, errors) == (0, [])
    assert "proved" in out
    status, out, errors = run("prove", "rudimentary_asymmetric_deterrence", "--claim", holds, fails)
    assert (status, errors) == (1, [])
    assert "refuted at" in out.splitlines()[1]
    here = [argument if argument != "rudimentary_asymmetric_deterrence" else files[-1] for argument in MAP]
    for own in (here, list(MAP)):
        status, out, errors = run(*own, "--exact", "-o", str(tmp_path / f"{len(own[1])}.csv"))
        assert (status, errors) == (0, [])
    one, other = tmp_path.glob("*.csv")
    assert one.read_text() == other.read_text()
    status, _, errors = run("derive", files[-1])
    assert status == 2
    assert "holds a theorem, which prove and map --exact take" in errors[0]


def test_map_warns_once_of_assumptions(run, tmp_path):
    arguments = [argument.replace("a_DC:1:9:21", "a_DC:-1:9:21") for argument in MAP]
    status, _, errors = run(*arguments, "-o", str(tmp_path / "map.csv"))
    assert status == 0
    assert len(errors) == 1
    assert "a_SQ < a_DC" in errors[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "COMMAND"),
        (("deter",), "invalid choice"),
        (("show",), "NAME"),
        (("show", "unilateral_deterence"), "did you mean unilateral_deterrence?"),
        (("show", "nowhere.json"), "does not exist"),
        (("show", "game.txt"), "unknown suffix"),
        (("show", "."), "unknown suffix"),
        (("solve", "rudimentary_asymmetric_deterrence"), "no value for p"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p"), "not key=value"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "=1"), "not key=value"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p=1", "p=1"), "twice"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p=q"), "not a finite real number"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p=1/0"), "-p p"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p=sqrt(-1)"), "-p p"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p=nan"), "-p p"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p=1e999"), "-p p"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p=9**9**9**9"), "-p p"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p=__import__('os')"), "-p p"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "p=2", *RUDIMENTARY), "between 0 and 1"),
        (("solve", "rudimentary_asymmetric_deterrence", "-p", "q=1/2", *RUDIMENTARY), "unknown parameter q"),
        ((*MAP, "-o", "map.jpg"), "use .png, .svg, .pdf or .csv"),
        ((*MAP, "-o", "missing/map.png"), "no folder 'missing'"),
        ((*MAP[:3], "p:0:1", *MAP[4:], "-o", "map.csv"), "KEY:LOW:HIGH:POINTS"),
        ((*MAP[:3], "p:0:1:ten", *MAP[4:], "-o", "map.csv"), "whole number"),
        ((*MAP[:3], "p:0:1:1", *MAP[4:], "-o", "map.csv"), "from 2 on"),
        ((*MAP[:3], "p:1:0:9", *MAP[4:], "-o", "map.csv"), "lower end first"),
        ((*MAP[:3], "p:0:2:9", *MAP[4:], "-o", "map.csv"), "probabilities lie in [0, 1]"),
        ((*MAP[:3], "a_DC:0:1:9", *MAP[4:], "-o", "map.csv"), "both axes"),
        ((*MAP, "a_DC=1", "-o", "map.csv"), "on an axis and in fixed"),
        ((*MAP[:-1], "-o", "map.csv"), "no value for b_SQ"),
        (MAP, "-o"),
        (("derive", "rudimentary_asymmetric_deterrence", "-o", "t.docx"), "use .tex, .html, .json"),
        (("derive", "rudimentary_asymmetric_deterrence", "-o", "missing/t.tex"), "no folder 'missing'"),
        (("prove", "rudimentary_asymmetric_deterrence"), "--claim"),
        (("prove", "rudimentary_asymmetric_deterrence", "--claim", "p > resolve"), "unknown 'resolve'"),
        (("reproduce", "zagare"), "no paper is called"),
        (("reproduce", "--draws", "0"), "whole number"),
    ],
    ids=lambda value: " ".join(value)[-60:] if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_and_status_2(run, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "game.txt").write_text("{}")
    status, out, errors = run(*arguments)
    assert status == 2
    assert out == ""
    assert len(errors) == 1, errors
    assert words in errors[0]
    assert len(errors[0]) < 600


def test_a_report_into_a_file_is_refused_before_any_work(run, tmp_path):
    (tmp_path / "report").write_text("in the way")
    status, out, errors = run("reproduce", "--out", str(tmp_path / "report"))
    assert (status, out) == (2, "")
    assert "cannot be made" in errors[0]


@pytest.mark.parametrize("command", [(), ("models",), ("show",), ("solve",), ("derive",), ("prove",), ("map",), ("reproduce",)])
def test_help_tells_what_it_does_and_how(run, command):
    status, out, errors = run(*command, "--help")
    assert (status, errors) == (0, [])
    assert "xit status" in out if not command else "Example: deterrence-games" in out.replace("\n", " ")


def test_as_a_module_and_with_a_reader_that_leaves(tmp_path):
    """A closed pipe ends the program quietly."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "deterrence_games", "show", "unilateral_deterrence"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_pictures_without_matplotlib_are_refused_before_any_work(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("deterrence_games.analysis.equilibrium_map.equilibrium_map", None)
    for arguments in ((*MAP, "-o", str(tmp_path / "map.png")), ("reproduce", "--out", str(tmp_path / "report"))):
        status, out, errors = run(*arguments)
        assert (status, out) == (2, "")
        assert errors == ["deterrence-games: pictures need matplotlib; run: pip install 'deterrence-games[plots]'"]
    assert not (tmp_path / "report").exists()


def test_an_interrupt_ends_quietly(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("deterrence_games.api.solve", interrupted)
    status, out, errors = run("solve", "rudimentary_asymmetric_deterrence", "-p", "p=1/4", *RUDIMENTARY)
    assert (status, out, errors) == (130, "", ["deterrence-games: interrupted"])


def test_labels_that_the_terminal_cannot_show_are_escaped(tmp_path):
    game = dg.Game("g\u00e4me", ("a",), "end", {"end": {"a": 0}})
    dg.write(game, tmp_path / "game.json")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "deterrence_games", "show", str(tmp_path / "game.json")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("g\\xe4me")


def test_version(run):
    assert run("--version") == (0, f"deterrence_games {dg.__version__}\n", [])
