"""The Python in README.md and docs/ runs, and prints what the page says; the commands there succeed."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from deterrence_games.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_page(page: Path) -> int:
    """Run the blocks of a page in one namespace, like a reader who types them in; return how many there were."""
    text = page.read_text(encoding="utf-8")
    namespace: dict[str, object] = {"__name__": "__main__"}
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    blocks = list(BLOCK.finditer(text))
    for block in blocks:
        first_line = text.count("\n", 0, block.start(1))
        if ">>>" in block[1]:
            example = doctest.DocTestParser().get_doctest(block[1], namespace, page.name, str(page), first_line)
            report: list[str] = []
            outcome = runner.run(example, out=report.append, clear_globs=False)
            namespace = example.globs
            if outcome.failed:
                pytest.fail("".join(report))
        else:
            exec(compile("\n" * first_line + block[1], page, "exec"), namespace)
    return len(blocks)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(page)


def test_readme_has_an_example(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_page(ROOT / "README.md") >= 1


def commands(page: Path) -> list[str]:
    """The page's lines that run this package's command (the README's two main commands begin with python3)."""
    return re.findall(r"^deterrence-games .*$", page.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("command", [line for page in PAGES for line in commands(page)])
def test_commands_succeed(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_within_the_repository_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_a_wrong_page_is_noticed(tmp_path):
    page = tmp_path / "wrong.md"
    page.write_text("```python\n>>> 1 + 1\n3\n```\n", encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match="Expected:\n    3"):
        run_page(page)
