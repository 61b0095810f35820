"""The R in the READMEs, and in the pages on tables and times, shows what happens."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jazz
from r.conftest import LIBRARY

ROOT = Path(__file__).parents[2]

KNIT = """
library(rjazz)
knitr::opts_chunk$set(comment = "#>", collapse = TRUE, error = FALSE, message = FALSE)
arguments <- commandArgs(TRUE)
knitr::knit(arguments[[1]], arguments[[2]], quiet = TRUE)
"""


def blocks(text: str) -> list[str]:
    """The blocks of R in a page."""
    return re.findall(r"^```r\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def printed(code: list[str], target: str, folder: Path) -> list[str]:
    """Blocks of R with what they print."""
    if not (LIBRARY / "rjazz").is_dir() or shutil.which("Rscript") is None:
        pytest.skip(f"R or rjazz is not installed in {LIBRARY} (`make r`): the R of the READMEs is not run")
    page, shown, script = folder / "page.Rmd", folder / "page.md", folder / "knit.R"
    script.write_text(KNIT)
    page.write_text("\n".join(f"```{{r}}\n{block}```\n" for block in code).replace("localhost:50051", target))
    environment = os.environ | {
        "R_LIBS": str(LIBRARY),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    command = ["Rscript", "--vanilla", str(script), str(page), str(shown)]
    subprocess.run(command, cwd=folder, env=environment, check=True, timeout=240)
    return blocks(shown.read_text().replace(target, "localhost:50051"))


def without_output(block: str) -> str:
    return re.sub(r"^#>.*\n", "", block, flags=re.MULTILINE)


def run_python_session(text: str, target: str) -> None:
    """Runs the session in Python of a page; that it shows what happens is tested with the server."""
    [session] = re.findall(r"^```pycon\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    test = doctest.DocTestParser().get_doctest(session.replace("localhost:50051", target), {}, "README", None, 0)
    doctest.DocTestRunner().run(test, out=lambda _: None, clear_globs=False)
    database = test.globs["db"]
    assert isinstance(database, jazz.Database)
    database.close()


@pytest.mark.parametrize("readme", ["README.md", "clients/r/README.md"])
def test_the_r_of_a_readme_prints_what_it_shows(r_server, db, readme, tmp_path):
    text = (ROOT / readme).read_text(encoding="utf-8")
    if "```pycon" in text:
        run_python_session(text, r_server.target)
    shown = blocks(text)
    assert shown
    assert printed([without_output(block) for block in shown], r_server.target, tmp_path) == shown


@pytest.mark.parametrize("page", ["tables.md", "times.md"])
def test_the_r_of_a_page_prints_what_it_shows(r_server, page, tmp_path):
    shown = blocks((ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert shown
    assert printed([without_output(block) for block in shown], r_server.target, tmp_path) == shown
