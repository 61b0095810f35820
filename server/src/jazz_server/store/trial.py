"""Open the catalogue in a child process first, which can be stopped: a damaged one can make RocksDB spin.

Run as `python trial.py CATALOGUE`. It imports nothing but rocksdict, so that it takes some hundredths of a second.
"""

import subprocess
import sys
from pathlib import Path


def try_catalogue(path: Path, seconds: float) -> str | None:
    """What is wrong with the catalogue, or None if a child process could open and close it for reading."""
    if not (path / "CURRENT").exists():
        return None
    command = [sys.executable, "-P", __file__, str(path)]
    try:
        run = subprocess.run(command, capture_output=True, timeout=seconds, check=False, text=True)
    except subprocess.TimeoutExpired:
        return f"it could not be opened within {seconds:g} s"
    if run.returncode == 0:
        return None
    lines = run.stderr.strip().splitlines()
    return lines[-1] if lines else f"opening it ended with {run.returncode}"


def _open(path: str) -> None:
    from rocksdict import AccessType, DBRecoveryMode, Options, Rdict

    options = Options(raw_mode=True)
    options.set_wal_recovery_mode(DBRecoveryMode.tolerate_corrupted_tail_records())
    families = {name: Options(raw_mode=True) for name in Rdict.list_cf(path, options)}
    Rdict(path, options, families, AccessType.read_only(False)).close()


if __name__ == "__main__":
    _open(sys.argv[1])
