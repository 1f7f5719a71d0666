"""Stores of sweeps: killed, interrupted, cut short, full, locked, foreign; what comes out is the same to the last byte."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import deterrence_games as dg
from deterrence_games.analysis import sweep_store as module
from tests.analysis.sweep_functions import picky
from tests.analysis.sweeps import FIXED, PLANE, RUDIMENTARY, contents, same

ROOT = Path(__file__).parents[2]
WANTED = ("families", "outcomes", "war", picky)


def run(place, **options):
    given = {"fixed": FIXED, "quantities": WANTED, "chunks": 5} | options
    return dg.sweep(RUDIMENTARY, given.pop("grid", PLANE), store=place, **given)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that was filled without a disturbance."""
    place = tmp_path_factory.mktemp("whole") / "x.zarr"
    run(place)
    return place


def stopping_after(monkeypatch, blocks, error):
    """Let so many blocks be stored; then the next write fails."""
    write, left = module.SweepStore.write, [blocks]

    def failing(store, *arguments):
        if not left[0]:
            raise error
        left[0] -= 1
        write(store, *arguments)

    monkeypatch.setattr(module.SweepStore, "write", failing)


def test_a_store_holds_what_memory_would(whole):
    in_memory = dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities=WANTED)
    assert same(in_memory, run(whole).compute())


def test_a_store_is_plain_zarr(whole):
    opened = xr.open_zarr(whole)
    assert opened.war.sel(family="Attack", bound="low").shape == (6, 4)
    assert str(opened.family.values[0]) == "Deterrence"
    assert opened.attrs["game"] == RUDIMENTARY.name
    assert opened.p.attrs["units"] == "probability"


def test_a_finished_store_is_read_and_not_written(whole):
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    assert same(run(whole).compute(), run(whole, chunks=None).compute())
    assert before == {path: path.stat().st_mtime_ns for path in whole.rglob("*")}


def test_samples_have_their_parameters_in_the_store(tmp_path):
    sample = dg.Sample({"p": (0, 1), "a_DC": (1, 4)}, 20, seed=3)
    stored = run(tmp_path / "s.zarr", grid=sample, quantities=("families",), chunks=6)
    in_memory = dg.sweep(RUDIMENTARY, sample, fixed=FIXED, quantities=("families",))
    assert same(in_memory, stored.compute())
    assert "p" in xr.open_zarr(tmp_path / "s.zarr").coords


@pytest.mark.parametrize("blocks", [0, 1, 4])
def test_an_interrupted_run_says_how_far_it_came_and_goes_on(tmp_path, monkeypatch, whole, blocks):
    place = tmp_path / "x.zarr"
    with monkeypatch.context() as patch:
        stopping_after(patch, blocks, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt) as stop:
            run(place)
    assert f"{blocks} of 6 blocks are done; run it again to go on" in stop.value.__notes__[0]
    assert dg.estimate_sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities=WANTED, chunks=5, store=place).done == blocks
    done = {path: path.stat().st_mtime_ns for path in (place / ".sweep/done").rglob("*.json")}
    run(place)
    assert contents(place) == contents(whole)
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in done.items())  # what was done is not done again


@pytest.mark.parametrize("after", [0, 2, 9, 23])
def test_a_full_disk_stops_the_run_cleanly_and_it_goes_on(tmp_path, monkeypatch, whole, after):
    """The disk is full at any file: of the layout, of a block's variables, of its record."""
    place = tmp_path / "x.zarr"
    sync, left = os.fsync, [after]

    def full(file):
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        sync(file)

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "fsync", full)
        with pytest.raises(
            dg.FormatError, match=r"cannot be written \(No space left on device\).*make room, or allow writing, then run"
        ):
            run(place)
    assert not list(place.rglob("draft"))
    assert not list(place.rglob("lock"))
    run(place)
    assert contents(place) == contents(whole)


def test_a_run_that_is_killed_goes_on(tmp_path, whole):
    """SIGKILL, again and again, at whatever the run is doing; then a run to the end."""
    place = tmp_path / "x.zarr"
    script = (
        "import sys, time\n"
        "from deterrence_games.analysis.sweep_store import SweepStore\n"
        "from tests.analysis.test_sweep_store import run\n"
        "replace = SweepStore._replace\n"
        "def slow(*arguments):\n"
        "    print('moving', flush=True)\n"
        "    time.sleep(0.02)\n"
        "    replace(*arguments)\n"
        "SweepStore._replace = slow\n"
        "run(sys.argv[1])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for moves in (9, 14):
        process = subprocess.Popen([sys.executable, "-c", script, place], env=environment, stdout=subprocess.PIPE, cwd=ROOT)
        for _ in range(moves):
            assert process.stdout.readline() == b"moving\n"
        time.sleep(0.01 * (moves % 3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert 0 < len(list((place / ".sweep/done").rglob("*.json"))) < 6
    run(place)
    assert contents(place) == contents(whole)


@pytest.mark.parametrize("damage", ["cut", "lost", "torn record", "lost record"])
def test_a_store_cut_short_is_mended(tmp_path, whole, damage):
    place = tmp_path / "x.zarr"
    run(place)
    file = place / ("war/c/0/0/0/0" if damage in ("cut", "lost") else ".sweep/done/0/0.json")
    if damage.startswith("lost"):
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:7])
    run(place)
    assert contents(place) == contents(whole)


@pytest.mark.parametrize("blocks", [2, 6])
@pytest.mark.parametrize("damage", ["zarr.json", "p/c/0", "family/c/0"])
def test_a_store_damaged_beside_its_blocks_is_refused(tmp_path, monkeypatch, damage, blocks):
    """Coordinates that are lost would be read as zeros."""
    place = tmp_path / "x.zarr"
    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        stopping_after(patch, blocks, KeyboardInterrupt())
        run(place)
    (place / damage).unlink()
    before = contents(place)
    with pytest.raises(dg.FormatError, match=r"is damaged beside its blocks .*remove it, or choose another place"):
        run(place)
    assert contents(place) == before


def test_a_run_that_is_killed_before_its_plan_is_written_begins_again(tmp_path, whole):
    place = tmp_path / "x.zarr"
    run(place)
    (place / ".sweep/plan.json").unlink()
    run(place)
    assert contents(place) == contents(whole)


def test_records_that_are_no_records_do_not_count(tmp_path, whole):
    place = tmp_path / "x.zarr"
    run(place)
    (place / ".sweep/done/0/2.json").write_text('{"bytes": {}}')
    (place / ".sweep/done/0/._3.json").write_text("of the Finder")
    run(place)
    (place / ".sweep/done/0/._3.json").unlink()
    assert contents(place) == contents(whole)


@pytest.mark.parametrize("plan", ["{", "null", "[]", '{"chunk": 5, "families": []}', '{"chunk": [0], "families": []}'])
def test_a_plan_that_is_no_plan_is_refused_and_left_as_it_is(tmp_path, plan):
    place = tmp_path / "x.zarr"
    run(place)
    (place / ".sweep/plan.json").write_text(plan)
    before = contents(place)
    with pytest.raises(dg.FormatError, match="plan of its sweep cannot be read"):
        run(place)
    assert contents(place) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"grid": {**PLANE, "p": [0.1, 0.2]}}, "another grid"),
        ({"fixed": {**FIXED, "b_SQ": 4}}, "another grid, or other fixed parameters"),
        ({"quantities": ("families", "war")}, "other quantities"),
        ({"select": "least war"}, "another selection"),
        ({"solver": dg.PerfectBayesian(tol=1e-8)}, "another solver"),
        ({"chunks": 9}, "other chunks"),
    ],
)
def test_a_store_of_another_sweep_is_refused_and_left_as_it_is(whole, change, message):
    before = contents(whole)
    with pytest.raises(dg.FormatError, match=message) as caught:
        run(whole, **change)
    assert "is left as it is" in str(caught.value)
    assert contents(whole) == before


def test_a_store_of_another_game_or_version_is_refused(tmp_path, whole):
    with pytest.raises(dg.FormatError, match="another game"):
        dg.sweep(RUDIMENTARY.replace(source=""), PLANE, fixed=FIXED, quantities=WANTED, chunks=5, store=whole)
    place = tmp_path / "x.zarr"
    run(place)
    plan = json.loads((place / ".sweep/plan.json").read_text())
    plan["versions"]["numpy"] = "1.0"
    (place / ".sweep/plan.json").write_text(json.dumps(plan))
    before = contents(place)
    with pytest.raises(dg.FormatError, match=r"computes with \(numpy 1.0 there and .* here\); it"):
        run(place)
    assert contents(place) == before


def test_a_function_with_other_values_is_another_quantity(tmp_path):
    """Defaults and what is closed over, unless it says nothing in another process."""

    def made(closed, default, named):
        def level(solution, more=default, *, last=named):
            return float(bool(closed)) + more + last

        return level

    run(tmp_path / "x.zarr", quantities=(made(1, 2.0, 0),))
    assert (run(tmp_path / "x.zarr", quantities=(made(1, 2.0, 0),)).level == 3).all()
    for other in (made(2, 2.0, 0), made(1, 3.0, 0), made(1, 2.0, 1)):
        with pytest.raises(dg.FormatError, match="other quantities"):
            run(tmp_path / "x.zarr", quantities=(other,))
    run(tmp_path / "y.zarr", quantities=(made(object(), 2.0, 0),))
    run(tmp_path / "y.zarr", quantities=(made(object(), 2.0, 0),))


def test_a_function_is_the_same_in_every_process():
    """A set of texts has another order where their hashes are others."""
    script = (
        "from deterrence_games.analysis.sweep_quantities import read_quantities\n"
        "from tests.analysis.sweep_functions import named\n"
        "from tests.analysis.sweeps import RUDIMENTARY\n"
        "print(read_quantities(RUDIMENTARY, named)[0].identity())\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            cwd=ROOT, capture_output=True, check=True,
        ).stdout
        for seed in "123"
    }  # fmt: skip
    assert len(told) == 1


def test_what_is_no_store_of_a_sweep_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(dg.FormatError, match="exists and is no store of a sweep"):
        run(tmp_path)
    with pytest.raises(dg.FormatError, match="exists and is no store of a sweep"):
        run(tmp_path / "notes.txt")
    (tmp_path / "y.zarr/.sweep").mkdir(parents=True)
    (tmp_path / "y.zarr/.sweep/plan.json").write_text("{")
    with pytest.raises(dg.FormatError, match="plan of its sweep cannot be read"):
        run(tmp_path / "y.zarr")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "y.zarr"]


def test_a_second_run_on_a_store_is_refused(tmp_path, whole, monkeypatch):
    place = tmp_path / "x.zarr"
    seen = []
    write = module.SweepStore.write

    def intrude(store, *arguments):
        if not seen:
            with pytest.raises(dg.FormatError) as caught:
                run(place)
            seen.append(str(caught.value))
        write(store, *arguments)

    monkeypatch.setattr(module.SweepStore, "write", intrude)
    run(place)
    assert f"is being written by process {os.getpid()} on " in seen[0]
    assert contents(place) == contents(whole)


def test_the_lock_of_a_dead_process_does_not_hold(tmp_path, whole):
    place = tmp_path / "x.zarr"
    (place / ".sweep").mkdir(parents=True)
    (place / ".sweep/lock").write_text("process 4194305 on nowhere\n")
    run(place)
    assert contents(place) == contents(whole)


def test_the_lock_of_a_run_that_was_killed_after_its_last_block_goes(tmp_path, whole):
    place = tmp_path / "x.zarr"
    run(place)
    (place / ".sweep/lock").write_text("process 4194305 on nowhere\n")
    run(place)
    assert contents(place) == contents(whole)
    store = module.SweepStore(place, (), (), ())
    with store.lock():  # of a run that has just stored its last block: its store can be read
        held = contents(place)
        run(place)
        assert contents(place) == held


@pytest.mark.parametrize("blocks", [0, 2])
@pytest.mark.parametrize("step", ["open", "write", "ftruncate"])
def test_a_disk_too_full_for_the_lock(tmp_path, monkeypatch, whole, blocks, step):
    """Nothing is left locked, in this process either; where only the holder's name does not fit, the lock holds without it."""
    place = tmp_path / "x.zarr"
    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        stopping_after(patch, blocks, KeyboardInterrupt())
        run(place)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module.os, step, full)
        if step == "open":
            with pytest.raises(dg.FormatError, match=r"cannot be written \(No space left on device\).*make room"):
                run(place)
        else:
            run(place)
    run(place)
    assert contents(place) == contents(whole)


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch, whole):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", refuse)
        with pytest.raises(dg.FormatError, match=r"cannot be written \(No locks available\)"):
            run(tmp_path / "x.zarr")
    run(tmp_path / "x.zarr")
    assert contents(tmp_path / "x.zarr") == contents(whole)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(dg.FormatError, match="file"):
        run(tmp_path / "file" / "x.zarr")


def test_records_keep_what_was_raised(whole):
    found = run(whole)
    assert len(found.errors) == 12
    assert np.isnan(found.picky.sel(p=0.95)).all()
