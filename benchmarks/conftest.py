"""What the measurements were taken with, and the table that they end in."""

import os
import platform
import warnings
from importlib.metadata import PackageNotFoundError, version

import pytest

PACKAGES = ("numpy", "numba", "sympy", "nashpy", "quantecon", "pygambit")
ROWS = pytest.StashKey[list[tuple[str, str, str]]]()
HEAD = ("measurement", "here", "")


def installed(package):
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"no {package}"


def pytest_report_header():
    versions = ", ".join(map(installed, PACKAGES))
    return f"measured with {versions}, Python {platform.python_version()}, {os.cpu_count()} processors"


@pytest.fixture
def report(pytestconfig):
    """A function that adds a row to the table at the end of the run: what was measured, the number, what is promised.

    A promise is written beside the number and never asserted: machines differ, and this one may be doing other work.
    """
    rows = pytestconfig.stash.setdefault(ROWS, [])

    def add(what, value=None, unit="", *, at_most=None, at_least=None, note=""):
        words = [note] if note else []
        if at_most is not None:
            words.append(f"promised: at most {at_most:,g} {unit}" + ("" if value <= at_most else ", NOT KEPT here"))
        if at_least is not None:
            words.append(f"promised: at least {at_least:,g} {unit}" + ("" if value >= at_least else ", NOT KEPT here"))
        number = "" if value is None else f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"
        rows.append((what, number, "; ".join(words)))

    return add


@pytest.fixture(autouse=True)
def _others_warn():
    """What other packages warn of, degenerate games above all, is no failure of a measurement."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash.get(ROWS, [])
    if rows:
        terminalreporter.section("measurements")
        widths = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
        for row in (HEAD, *rows):
            terminalreporter.write_line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
