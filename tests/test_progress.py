import io

import pytest

from deterrence_games import progress as module
from deterrence_games.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    return now


def run(monkeypatch, stream, clock, steps, seconds):
    monkeypatch.setattr("sys.stderr", stream)
    with progress(steps, "solving") as advance:
        for _ in range(steps):
            clock[0] += seconds
            advance(1)
    return stream.getvalue()


def test_silent_when_nobody_watches(monkeypatch, clock):
    assert run(monkeypatch, io.StringIO(), clock, 10, 5.0) == ""


def test_silent_when_work_is_short(monkeypatch, clock):
    assert run(monkeypatch, Terminal(), clock, 9, 0.1) == ""


def test_shows_share_rate_and_time_left_and_clears_the_line(monkeypatch, clock):
    text = run(monkeypatch, Terminal(), clock, 10, 5.0)
    lines = text.split("\r")
    assert lines[2].startswith("solving [####....")
    assert " 20%  0.2/s  0:40 left" in lines[2]
    assert lines[-1] == ""
    assert lines[-2].strip() == ""


def test_updates_are_rare(monkeypatch, clock):
    text = run(monkeypatch, Terminal(), clock, 100_000, 0.0001)
    assert 50 < text.count("\r") < 110


def test_line_is_cleared_after_an_exception(monkeypatch, clock):
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    points = iter([1, 2])

    def work():
        with progress(10, "solving") as advance:
            while True:
                clock[0] += 5
                advance(next(points))

    with pytest.raises(StopIteration):
        work()
    assert stream.getvalue().endswith("\r")


@pytest.mark.parametrize("total", [0, -1])
def test_no_steps_at_all(monkeypatch, clock, total):
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with progress(total, "solving") as advance:
        clock[0] += 5
        advance(0)
    assert "100%" in stream.getvalue()


def test_long_waits_are_given_in_hours():
    assert module._clock(3 * 3600 + 62) == "3:01:02"
    assert module._rate(123456.0) == "123,456/s"
