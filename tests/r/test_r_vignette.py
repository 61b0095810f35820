"""The vignette is what its code prints."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from r.conftest import LIBRARY

VIGNETTES = Path(__file__).parents[2] / "clients" / "r" / "vignettes"


def test_what_the_vignette_shows_is_what_its_code_prints(tmp_path: Path) -> None:
    if not (LIBRARY / "rjazz").is_dir() or shutil.which("Rscript") is None:
        pytest.skip("rjazz is not installed (`make r`)")
    environment = os.environ | {
        "R_LIBS": str(LIBRARY),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    command = ["Rscript", "--vanilla", "precompute.R", str(tmp_path)]
    subprocess.run(command, cwd=VIGNETTES, env=environment, check=True, timeout=240)
    printed = (tmp_path / "sharing.Rmd").read_text()
    assert printed == (VIGNETTES / "sharing.Rmd").read_text(), "`make r-vignette` writes it anew"
