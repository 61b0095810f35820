"""What stands on the command line, and how errors are told, without a server."""

from __future__ import annotations

import datetime
import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import typer
from typer.testing import CliRunner

import jazz
from jazz._cli import app, arguments, failing, preview, printing
from jazz._cli.failing import ExitCode
from jazz.convert import to_value

RUNNER = CliRunner()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("1:2", slice(1, 2)),
        (":5", slice(None, 5)),
        ("-3:", slice(-3, None)),
        (":", slice(None, None)),
        (" 0:1 ", slice(0, 1)),
        ("3", [3]),
        ("0, 5,-1", [0, 5, -1]),
        ("x", ["x"]),
        ("x,y z, 3", ["x", "y z", "3"]),
        ('"10","20"', ["10", "20"]),
        ('\'a,b:c\', "it\'s ""so"""', ["a,b:c", 'it\'s "so"']),
        ('""', [""]),
    ],
)
def test_ranges_positions_and_labels(text: str | None, expected: slice | list[int] | list[str] | None) -> None:
    assert arguments.wanted("--rows", text) == expected


@pytest.mark.parametrize("text", ["", "1:2:3", "a:b", "1:2,3:4", "a,,b", "a,", ",", '"a', '"a"b', "[1]:"])
def test_what_is_no_part_of_a_dimension(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        arguments.wanted("--rows", text)


def test_axes_are_cut_by_name() -> None:
    assert arguments.along(["obs=r1,r2", "var=:3"]) == {"obs": ["r1", "r2"], "var": slice(None, 3)}
    assert arguments.along([]) is None
    with pytest.raises(typer.BadParameter, match="twice"):
        arguments.along(["obs=1", "obs=2"])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("1.5m", 90), ("12h", 43200), ("30d", 2_592_000), ("250ms", 0.25), ("0", 0)],
)
def test_times(text: str, seconds: float) -> None:
    assert arguments.duration("--ttl", text) == datetime.timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "-1s", "soon", "1y", "1h30m", "9" * 30])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        arguments.duration("--ttl", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lab/x", jazz.ref("lab/x")),
        ("lab/x@3", jazz.ref("lab/x@3")),
        ("lab/x[0:10]", jazz.ref("lab/x")[0:10]),
        ("lab/x@3[:10,2:4]", jazz.ref("lab/x@3")[:10, 2:4]),
        ("lab/x[:,-2:]", jazz.ref("lab/x")[:, -2:]),
        ("lab/x[[0,5, -1]]", jazz.ref("lab/x")[[0, 5, -1]]),
        ('lab/x[["r1"],:2]', jazz.ref("lab/x")[["r1"], :2]),
        ("lab/x[:,['10', 'b:c']]", jazz.ref("lab/x")[:, ["10", "b:c"]]),
        ("lab/x[['a','b']]", jazz.ref("lab/x")[["a", "b"]]),
        ("lab/x[" + "1" * 10_000 + "]", jazz.ref("lab/x[" + "1" * 10_000 + "]")),
        ("lab/x[odd]", jazz.ref("lab/x[odd]")),
        ("lab/x[odd][1:2]", jazz.ref("lab/x[odd]")[1:2]),
    ],
)
def test_blocks_and_their_parts(text: str, expected: jazz.Ref) -> None:
    assert arguments.block(text) == expected


def test_values_of_pairs_may_hold_equals_signs() -> None:
    assert arguments.pair("-a", "formula=a=b", "KEY=VALUE") == ("formula", "a=b")
    assert arguments.pair("-a", "empty=", "KEY=VALUE") == ("empty", "")


@pytest.mark.parametrize("text", ["nothing", "=value"])
def test_pairs_without_a_key_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        arguments.pair("-a", text, "KEY=VALUE")


def test_nothing_may_be_given_twice() -> None:
    with pytest.raises(typer.BadParameter, match="twice"):
        arguments.unique("-a", [("a", "1"), ("a", "2")])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (jazz.NotFound("no"), ExitCode.NOT_FOUND),
        (jazz.AlreadyExists("there"), ExitCode.CONFLICT),
        (jazz.VersionConflict("other"), ExitCode.CONFLICT),
        (jazz.Unavailable("gone"), ExitCode.UNAVAILABLE),
        (jazz.DeadlineExceeded("slow"), ExitCode.UNAVAILABLE),
        (jazz.KindMismatch("wrong"), ExitCode.ERROR),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "a.npy"), ExitCode.ERROR),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
    ],
)
def test_exit_codes(error: BaseException, code: ExitCode) -> None:
    assert failing.exit_code(error) is code


def test_errors_are_a_line_with_violations_below(capsys: pytest.CaptureFixture[str]) -> None:
    error = jazz.InvalidArgument("two things\nare wrong", violations=[jazz.Violation("[red]", "a", "[/red]")])
    with pytest.raises(typer.Exit):
        failing.fail(error)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "jazz: two things are wrong\n  [red]: expected a, found [/red]\n"


def test_a_violation_that_the_message_says_is_not_said_twice(capsys: pytest.CaptureFixture[str]) -> None:
    violation = jazz.Violation("name", "a", "b")
    with pytest.raises(typer.Exit):
        failing.fail(jazz.InvalidArgument(str(violation), violations=[violation]))
    assert capsys.readouterr().err.count("expected") == 1


def test_errors_of_the_system_name_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        failing.fail(PermissionError(errno.EACCES, "Permission denied", "secret.npy"))
    assert capsys.readouterr().err == "jazz: secret.npy: Permission denied\n"


def test_interrupted_commands_end_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(jazz, "connect", interrupted)
    result = RUNNER.invoke(app, ["ls"])
    assert result.exit_code == 130
    assert result.stderr == "interrupted\n"


@pytest.mark.parametrize("target", ["localhost:99999", "", "a b"])
def test_addresses_that_mean_nothing_are_refused(target: str) -> None:
    result = RUNNER.invoke(app, ["--server", target, "ls"])
    assert result.exit_code == 1
    assert "--server" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["--tls-ca", "no.pem"], "--tls-ca: expected certificates in PEM form"),
        (["--tls-ca", "none.pem"], "--tls-ca: expected a PEM file that can be read, found 'none.pem': No such file"),
        (["--tls-cert", "no.pem", "--tls-key", "no.pem"], "--tls-cert: expected certificates in PEM form"),
        (["--tls-cert", "no.pem"], "--tls: expected both cert and key, or neither, found cert alone"),
        (["--token", "a b"], "--token: expected a bearer token"),
    ],
)
def test_what_cannot_be_connected_with_is_named_by_its_option(
    line: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("no.pem").write_text("no certificate")

    result = RUNNER.invoke(app, [*line, "ls"], env={"COLUMNS": "200"})

    assert result.exit_code == 1
    assert f"  {told}" in result.stderr


@pytest.mark.parametrize(
    "line",
    [
        ["nothing"],
        ["put", "lab/x"],
        ["put", "lab/x", "a.npy", "-f", "npy"],
        ["put", "lab/x", "-", "-f", "docx"],
        ["put", "lab/x", "a.npy", "-a", "no equals sign"],
        ["put", "lab/x", "a.npy", "-a", "k=1", "-a", "k=2"],
        ["put", "lab/x", "a.npy", "--ttl", "soon"],
        ["put", "lab/x", "a.npy", "--if-version", "-1"],
        ["get", "lab/x", "--rows", "1:a"],
        ["get", "lab/x", "-f", "npy"],
        ["get", "lab/x", "--version", "0"],
        ["ls", "lab", "-p", "-k"],
        ["ls", "-p"],
        ["rm"],
        ["rm", "-r", "-p", "lab/x"],
        ["run", "lab/f", "x"],
        ["--timeout", "soon", "ls"],
    ],
)
def test_command_lines_that_mean_nothing_end_with_2(line: list[str]) -> None:
    result = RUNNER.invoke(app, line)
    assert result.exit_code == 2
    assert result.stderr


def test_no_server_ends_with_5() -> None:
    result = RUNNER.invoke(app, ["--server", "127.0.0.1:1", "--timeout", "0.2", "ls"])
    assert result.exit_code == 5
    assert result.stderr.startswith("jazz: ")
    assert result.stderr.count("\n") == 1


def test_help_names_commands_and_exit_codes() -> None:
    result = RUNNER.invoke(app, ["--help"], terminal_width=200)
    assert result.exit_code == 0
    for word in ("put", "get", "ls", "info", "rm", "cp", "run", "ops", "JAZZ_SERVER", "130 interrupted"):
        assert word in result.output


def test_version() -> None:
    assert RUNNER.invoke(app, ["--version"]).output.startswith("jazz ")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.array([[1.5, np.nan, np.inf]]), [[1.5, "nan", "inf"]]),
        (np.array(True), True),
        (np.ma.MaskedArray([1, 2], [True, False]), [None, 2]),
        (np.array(["2026-11-23", "NaT"], "M8[D]"), ["2026-11-23", None]),
        (np.array([1 + 2j]), [[1.0, 2.0]]),
        (np.array([b"\xff"], object), ["/w=="]),
        ({"a": np.array(["ü"])}, {"a": ["ü"]}),
        (scipy.sparse.csr_array([[0, 2]]), {"shape": [1, 2], "coordinates": [[0], [1]], "values": [2]}),
        (datetime.timedelta(minutes=1), 60.0),
        (None, None),
    ],
    ids=str,
)
def test_json_of_values(value: object, expected: object, capsys: pytest.CaptureFixture[str]) -> None:
    printing.say_json(value)
    assert json.loads(capsys.readouterr().out) == expected


LABELLED = pd.DataFrame(np.eye(3), index=list("abc"))


@pytest.mark.parametrize(
    ("obj", "shown"),
    [
        (None, "null"),
        (3, "3"),
        ("a\nb", "a"),
        (b"readable\n", "readable"),
        (b"\x00\x01PNG", "00000000  00 01 50 4e 47"),
        (np.arange(3), "[0 1 2]"),
        (np.zeros((1000, 1000)), "..."),
        (scipy.sparse.csr_array((3, 3)), "no stored entries"),
        (scipy.sparse.eye_array(100), "... 100 stored entries"),
        ({"a": np.arange(2), "b": {"c": "text"}}, "a: [0 1]"),
        ({str(field): field for field in range(50)}, "... 50 fields"),
        ({}, "no fields"),
        (pd.DataFrame({"x": [1, 2]}), "   x"),
        (pd.Series(pd.Categorical(["red"])), "red"),
        ("long " * 1000, "... 5000 characters"),
    ],
    ids=lambda item: type(item).__name__,
)
def test_a_look_at_values_fits_a_screen(obj: object, shown: str) -> None:
    lines = list(preview.lines(to_value(obj), 80))
    assert any(shown in line for line in lines)
    assert len(lines) <= preview.LINES + 2
    assert all(len(line) <= 81 for line in lines)
