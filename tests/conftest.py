"""What all tests share."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Tests say nothing about speed, that of making examples included: the first ones are slow on a machine that is busy.
settings.register_profile("jazz", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("jazz")

# A shell's background jobs ignore Ctrl-C, and so would the processes that tests start and press it in.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def dnn_data() -> Path:
    """The folder with the official network, which `JAZZ_DNN_DATA` names."""
    named = os.environ.get("JAZZ_DNN_DATA")
    if not named:
        pytest.skip("JAZZ_DNN_DATA names no folder with the official network of the Sparse DNN Graph Challenge")
    return Path(named).resolve()
