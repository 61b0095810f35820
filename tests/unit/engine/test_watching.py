"""What is noted of a run that is watched."""

import pytest

from jazz_server.engine.watching import inside, note, watched, watching


def test_nothing_is_watched_unless_somebody_asks() -> None:
    note("of no interest")
    with inside("step") as part:
        assert part is None
    assert watched() is None


def test_steps_are_inside_of_what_they_are_steps_of() -> None:
    with watching() as run:
        for _ in range(3):
            with inside("loop"), inside("body"), inside("step"):
                note("row by row", rows_pruned=2)
    step = run.inner["loop"].inner["body"].inner["step"]
    assert (step.calls, step.rows_pruned, dict(step.chosen)) == (3, 6, {"row by row": 3})
    assert run.calls == 1
    assert run.nanoseconds >= run.inner["loop"].nanoseconds >= step.nanoseconds > 0


def test_a_step_that_fails_is_left() -> None:
    with watching() as run:
        with pytest.raises(ZeroDivisionError), inside("step"):
            1 / 0  # noqa: B018
        assert watched() is run
    assert run.inner["step"].calls == 1
    assert watched() is None
