"""The command ``sweep`` and its study files."""

import pytest
import xarray as xr

import deterrence_games as dg
from deterrence_games.cli import main
from deterrence_games.cli.study import read_study

STUDY = """
game = "rudimentary_asymmetric_deterrence"
quantities = ["families", "war"]
select = "range"
chunks = { p = 3 }
map = "map.png"

[grid]
p = { from = 0.05, to = 0.95, points = 7 }
a_DC = { from = "1/2", to = 8, points = 3, scale = "log" }

[fixed]
a_SQ = 0
a_DD = "-3"
b_DDs = 0
b_DC = 1
b_DDh = 2
b_SQ = 3
"""


@pytest.fixture
def run(capsys):
    """Run the command; return its status, standard output and standard error."""

    def command(*arguments):
        status = main(["sweep", *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return command


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    return path


def test_a_study_becomes_a_store_and_a_map(run, study, tmp_path):
    out = tmp_path / "out"
    status, printed, errors = run(study, "--out", out)
    assert (status, errors) == (0, "")
    assert "p: 7, a_DC: 3" in printed
    assert "Deterrence" in printed
    swept = xr.open_zarr(out / "sweep.zarr")
    assert swept.a_DC.values.tolist() == pytest.approx([0.5, 2, 8])
    assert swept.war.dims == ("p", "a_DC", "bound")
    assert (out / "map.png").read_bytes().startswith(b"\x89PNG")


def test_a_study_of_a_theorem_has_exact_borders_contours_and_maps_side_by_side(run, study, tmp_path):
    exact = STUDY.replace('quantities = ["families", "war"]', 'quantities = ["families", "war", "payoffs"]\ntheorem = true')
    pictures = 'map = "map.svg"\ncontours = { war = "war.svg", "payoffs challenger" = "payoff.png" }'
    study.write_text(exact.replace('map = "map.png"', pictures))
    status, printed, errors = run(study, "--out", tmp_path / "two")
    assert (status, errors) == (0, "")
    assert "exact border of a family" in (tmp_path / "two" / "war.svg").read_text()
    assert (tmp_path / "two" / "payoff.png").exists()
    assert f"wrote {tmp_path / 'two' / 'war.svg'}" in printed
    study.write_text(
        exact.replace("map.png", "maps.svg").replace('a_DD = "-3"\n', "").replace("[fixed]", "a_DD = [-4, -1]\n\n[fixed]")
    )
    assert run(study, "--out", tmp_path / "three")[0] == 0
    assert "$a_{DD} = -4$" in (tmp_path / "three" / "maps.svg").read_text()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('map = "map.png"', 'contours = { peace = "x.png" }', "contours: 'peace' is not among the quantities"),
        ('map = "map.png"', 'contours = { war = "x.txt" }', "contours: war is 'x.txt'; name a picture"),
        ('map = "map.png"', 'contours = { "war x" = "x.png" }', "contours: 'war' is one number; leave out 'x'"),
        ('map = "map.png"', 'contours = { families = "x.png" }', "contours: 'families' is no number; draw it with map"),
        ('["families", "war"]', '["war"]', "map shows families; add 'families' to the quantities, it has war"),
        ("p = { from = 0.05, to = 0.95, points = 7 }", "p = [0.5]", "pictures need two values or more along 'p', it has 1"),
        (
            "[fixed]\na_SQ = 0",
            "a_SQ = { from = -1, to = 0, points = 25 }\n[fixed]",
            "pictures need two values or more and at most 24 along 'a_SQ', it has 25",
        ),
        ("a_DC = {", "[other]\na_DC = {", "unknown entry 'other'"),
        (
            'a_DC = { from = "1/2", to = 8, points = 3, scale = "log" }',
            "",
            "map needs a grid over two or three parameters; it has 1",
        ),
    ],
)
def test_what_pictures_refuse(run, study, tmp_path, old, new, words):
    study.write_text(STUDY.replace(old, new))
    status, _, errors = run(study, "--out", tmp_path / "out")
    assert status == 2
    assert words in errors
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["payoffs", "payoffs nobody"])
def test_labels_of_contours_are_checked_before_the_work(run, study, tmp_path, name):
    study.write_text(
        STUDY.replace('"war"]', '"war", "payoffs"]').replace('map = "map.png"', f'contours = {{ "{name}" = "x.png" }}')
    )
    status, printed, errors = run(study, "--out", tmp_path / "out")
    assert (status, printed) == (2, "")
    assert "contours: 'payoffs' has a value for each player; write one after a space, as in 'payoffs challenger'" in errors
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("old", ['map = "map.png"', "map.png"])
def test_folders_of_pictures_are_checked_before_the_work(run, study, tmp_path, old):
    new = 'contours = { war = "sub/x.png" }' if old.startswith("map =") else "sub/map.png"
    study.write_text(STUDY.replace(old, new))
    status, printed, errors = run(study, "--out", tmp_path / "out")
    assert (status, printed) == (2, "")
    assert f"there is no folder '{tmp_path / 'out' / 'sub'}'; make it first" in errors
    assert not (tmp_path / "out/sweep.zarr").exists()
    (tmp_path / "out/sub").mkdir()
    assert run(study, "--out", tmp_path / "out")[0] == 0


def test_a_second_run_needs_resume(run, study, tmp_path):
    out = tmp_path / "out"
    assert run(study, "--out", out)[0] == 0
    status, printed, errors = run(study, "--out", out)
    assert (status, printed) == (2, "")
    assert "holds a sweep already; add --resume to go on with it" in errors
    assert run(study, "--out", out, "--resume")[0] == 0


def test_a_dry_run_counts_and_writes_nothing(run, study, tmp_path):
    out = tmp_path / "out"
    status, printed, _ = run(study, "--out", out, "--dry-run")
    assert status == 0
    assert printed.startswith("21 points in 3 blocks; 378 bytes in memory, about ")
    assert not out.exists()


def test_an_interrupted_run_says_how_far_it_came(run, study, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("deterrence_games.analysis.sweep_store.SweepStore.write", stop)
    status, _, errors = run(study, "--out", tmp_path / "out")
    assert status == 130
    assert errors.startswith("deterrence-games: interrupted; store '")
    assert errors.endswith("0 of 3 blocks are done; run it again to go on\n")


def test_no_scheduler_at_an_address(run, study, tmp_path, monkeypatch):
    pytest.importorskip("distributed")

    def refuse(*_, **__):
        raise OSError("nobody there")

    monkeypatch.setattr("distributed.Client", refuse)
    status, _, errors = run(study, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1")
    assert status == 2
    assert "--scheduler 'tcp://127.0.0.1:1': no Dask scheduler answers there (nobody there)" in errors


def test_shares_of_a_random_sample_have_their_errors(run, study, tmp_path):
    sample = '[sample]\npoints = 400\nmethod = "random"\nseed = 1\nranges = { p = [0, 1], a_DC = [1, 2] }\n'
    head, _, rest = STUDY.replace("chunks = { p = 3 }\n", "").replace('map = "map.png"\n', "").partition("[grid]")
    study.write_text(f"{head}{sample}[fixed]{rest.partition('[fixed]')[2]}")
    status, printed, _ = run(study, "--out", tmp_path / "out")
    assert status == 0
    line = next(line for line in printed.splitlines() if line.endswith("Attack (standard error 2.3 %)"))
    assert 25 < float(line.split()[0]) < 40  # p <= a_DC / (a_DC + 3): between a quarter and two fifths


def test_a_study_outside_the_assumptions_says_so(run, study, tmp_path):
    study.write_text(STUDY.replace("a_SQ = 0", "a_SQ = 9"))
    status, printed, errors = run(study, "--out", tmp_path / "out")
    assert (status, errors) == (0, "")
    assert "the assumptions hold at no point of the sweep" in printed


def test_the_published_map_runs_from_its_study(run, tmp_path):
    status, printed, _ = run("zagare_kilgour_1993/map", "--out", tmp_path)
    assert status == 0
    shares = dict(reversed(line.split(" %  ")) for line in printed.splitlines() if " %  " in line)
    # The square of priors, cut at c_1 = 1/3, c_2 = 1/2 and d* = 2/3.
    for name, share in {"Certain Deterrence": 50, "Separating": 16.7, "Attack": 11.1, "Bluff": 22.2}.items():
        assert float(shares[name]) == pytest.approx(share, abs=0.5)
    assert (tmp_path / "map.png").exists()


def test_a_paper_without_such_a_study_names_those_it_has(run, tmp_path):
    status, _, errors = run("zagare_kilgour_1993/mpa", "--out", tmp_path)
    assert (status, errors) == (2, "deterrence-games: paper 'zagare_kilgour_1993' has no study 'mpa'; it has map\n")


def test_samples_and_tables(tmp_path):
    common = STUDY.partition("[grid]")[0].replace("chunks = { p = 3 }\n", "").replace('map = "map.png"\n', "")
    fixed = "[fixed]" + STUDY.partition("[fixed]")[2]
    path = tmp_path / "study.toml"
    sample = '[sample]\npoints = 16\nseed = 3\n[sample.ranges]\np = [0, 1]\na_DC = [1, 4, "log"]\n'
    path.write_text(f'{common}solver = "LogitPath"\n{sample}{fixed}')
    study = read_study(path)
    assert study.arguments["grid"] == dg.Sample({"p": (0.0, 1.0), "a_DC": (1.0, 4.0, "log")}, 16, seed=3)
    assert study.arguments["solver"] == dg.LogitPath()
    (tmp_path / "points.csv").write_text("p,a_DC\n0.5,1\n1/3,2\n")
    path.write_text(f'{common}[table]\nfile = "points.csv"\n{fixed}')
    assert read_study(path).arguments["grid"].columns == {"p": [0.5, 1 / 3], "a_DC": [1.0, 2.0]}
    (tmp_path / "points.csv").write_text("p,a_DC\r\n0.5,1\r\n \r\n1/3,2\r\n\r\n")
    assert read_study(path).arguments["grid"].columns == {"p": [0.5, 1 / 3], "a_DC": [1.0, 2.0]}
    (tmp_path / "points.csv").write_text("p, p\n0.5,1\n")
    with pytest.raises(dg.FormatError, match="a column stands twice in p,  p; name each once"):
        read_study(path)


def test_a_theorem_may_be_read_from_its_file(tmp_path):
    dg.write(dg.derive(dg.models.rudimentary_asymmetric_deterrence()), tmp_path / "theorem.json")
    path = tmp_path / "study.toml"
    path.write_text(STUDY.replace('game = "rudimentary_asymmetric_deterrence"', 'theorem = "theorem.json"'))
    assert [family.name for family in read_study(path).game] == ["Deterrence", "Attack"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("game =", "gmae =", "it has unknown entry 'gmae' (did you mean game?)"),
        ('game = "rudimentary_asymmetric_deterrence"', "", "it names no game"),
        ("rudimentary_asymmetric_deterrence", "rudimentary", "no model is called 'rudimentary'"),
        ("[grid]", "[sample]\npoints = 3\n[grid]", "it needs one of [grid], [sample] and [table], and has grid and sample"),
        ("[grid]", "[other]", "unknown entry 'other'"),
        (", points = 7", "", "grid: p has no 'points'"),
        ("points = 7", "point = 7", "grid: p has unknown entry 'point' (did you mean points?)"),
        ('scale = "log"', 'scale = "sqrt"', "grid: a_DC: scale is 'sqrt'"),
        ('"1/2"', '"1/"', "grid: a_DC: from: "),
        ("b_DC = 1", "b_DC = true", "fixed: b_DC is True; give a number"),
        ("b_DC = 1", "b_DC = '__import__(1)'", "fixed: b_DC: "),
        ('"map.png"', '"map.txt"', "map is 'map.txt'"),
        ('["families", "war"]', '"families"', "quantities is 'families'; give a list"),
        ("map =", 'solver = "PerfectBaysian"\nmap =', "unknown solver 'PerfectBaysian' (did you mean PerfectBayesian?)"),
        ("map =", "map = =", "is not TOML"),
    ],
)
def test_bad_studies_are_refused_in_one_line(run, study, tmp_path, old, new, message):
    assert old in STUDY
    study.write_text(STUDY.replace(old, new, 1))
    status, printed, errors = run(study, "--out", tmp_path / "out")
    assert (status, printed) == (2, "")
    assert errors.count("\n") == 1
    assert message in errors
    assert "study.toml" in errors


def test_a_study_that_is_not_there(run, tmp_path):
    status, _, errors = run(tmp_path / "none.toml", "--out", tmp_path)
    assert status == 2
    assert "cannot be read (No such file or directory)" in errors
