"""What the measurements were taken with, and the lines that they report."""

import os
import platform
from importlib.metadata import version

import pytest

PACKAGES = ("numpy", "numba", "sympy")
LINES = pytest.StashKey[list[str]]()


def pytest_report_header():
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"measured with {versions}, Python {platform.python_version()}, {os.cpu_count()} processors"


@pytest.fixture
def report(pytestconfig):
    """A function that adds a line to the summary at the end of the run."""
    return pytestconfig.stash.setdefault(LINES, []).append


def pytest_terminal_summary(terminalreporter, config):
    lines = config.stash.get(LINES, [])
    if lines:
        terminalreporter.section("measurements")
        for line in lines:
            terminalreporter.write_line(line)
