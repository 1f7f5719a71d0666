"""Workers: processes and a Dask cluster give the bits of one process, also when workers die."""

import multiprocessing
import os
import signal

import pytest

import deterrence_games as dg
from tests.analysis.sweep_functions import fatal_once, number_of_equilibria, picky
from tests.analysis.sweeps import FIXED, PLANE, RUDIMENTARY, contents, same

WANTED = ("families", "outcomes", number_of_equilibria, picky)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The store that one process makes."""
    place = tmp_path_factory.mktemp("alone") / "x.zarr"
    dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities=WANTED, chunks=5, store=place)
    return place


def deaths(monkeypatch, tmp_path, count):
    folder = tmp_path / "deaths"
    folder.mkdir()
    for number in range(count):
        (folder / str(number)).write_text("")
    monkeypatch.setenv("SWEEP_DEATHS", str(folder))


def test_processes_write_the_same_bytes_when_a_worker_dies_in_a_block(tmp_path, monkeypatch):
    deaths(monkeypatch, tmp_path, 1)
    options = {"fixed": FIXED, "quantities": ("families", "outcomes", fatal_once), "chunks": 6}
    found = dg.sweep(RUDIMENTARY, PLANE, **options, processes=2, store=tmp_path / "x.zarr")
    assert not list((tmp_path / "deaths").iterdir())
    assert (found.fatal_once == found.p).all()
    assert (found.status == 0).all()
    dg.sweep(RUDIMENTARY, PLANE, **options, store=tmp_path / "y.zarr")
    assert contents(tmp_path / "x.zarr") == contents(tmp_path / "y.zarr")


def test_workers_that_die_again_and_again_end_the_sweep_which_can_go_on(tmp_path, monkeypatch):
    deaths(monkeypatch, tmp_path, 99)
    monkeypatch.setattr("deterrence_games.analysis.sweep_run.DEATHS", 1)
    options = {
        "fixed": FIXED,
        "quantities": ("families", fatal_once),
        "chunks": 12,
        "processes": 2,
        "store": tmp_path / "x.zarr",
    }
    with pytest.raises(dg.DeterrenceGamesError, match="worker processes died 1 times at one of the blocks 0, 1; look for"):
        dg.sweep(RUDIMENTARY, PLANE, **options)
    for file in (tmp_path / "deaths").iterdir():
        file.unlink()
    assert (dg.sweep(RUDIMENTARY, PLANE, **options).status == 0).all()


def test_an_interrupted_run_leaves_no_worker_behind_and_goes_on(tmp_path, monkeypatch, alone):
    place = tmp_path / "x.zarr"
    write, left = dg.analysis.sweep_store.SweepStore.write, [2]

    def interrupted(store, *arguments):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        write(store, *arguments)

    options = {"fixed": FIXED, "quantities": WANTED, "chunks": 5, "store": place}
    with monkeypatch.context() as patch:
        patch.setattr(dg.analysis.sweep_store.SweepStore, "write", interrupted)
        with pytest.raises(KeyboardInterrupt) as stop:
            dg.sweep(RUDIMENTARY, PLANE, **options, processes=2)
    assert "2 of 6 blocks are done; run it again to go on" in stop.value.__notes__[0]
    assert not multiprocessing.active_children()
    dg.sweep(RUDIMENTARY, PLANE, **options)
    assert contents(place) == contents(alone)


def test_functions_that_cannot_travel_are_named():
    def inner(solution):
        return 0.0

    with pytest.raises(dg.DeterrenceGamesError, match="define them at the top of a module, or use processes=1"):
        dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities=("families", inner), chunks=5, processes=2)


def test_a_cluster_gives_the_same_bits_when_a_worker_is_killed(tmp_path, alone):
    distributed = pytest.importorskip("distributed")
    place = tmp_path / "x.zarr"
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "local_directory": str(tmp_path)}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        victim = next(iter(client.run(os.getpid).values()))
        write = dg.analysis.sweep_store.SweepStore.write
        with pytest.MonkeyPatch.context() as patch:

            def kill_first(store, number, *arguments):
                if not list((place / ".sweep/done").rglob("*.json")):
                    os.kill(victim, signal.SIGKILL)
                write(store, number, *arguments)

            patch.setattr(dg.analysis.sweep_store.SweepStore, "write", kill_first)
            found = dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities=WANTED, chunks=5, store=place, client=client)
        assert victim not in client.run(os.getpid).values()
        assert contents(place) == contents(alone)
        in_memory = dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities=WANTED, chunks={"p": 2}, client=client)
    assert same(found.compute(), in_memory)
