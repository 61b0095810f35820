"""How infos, results and transfers look."""

import datetime
import io
import time

import pytest
from rich.console import Console

import jazz
from jazz import _progress
from jazz._explanations import explanation
from jazz._infos import block_info, match, space_info
from jazz._op_infos import op_info
from jazz._pipeline_infos import pipeline_info
from jazz._show import size
from jazz.graph import to_message
from jazz.v1 import blocks_pb2, kinds_pb2, pipelines_pb2, spaces_pb2, value_pb2

EVIL = "<script>alert('x')</script>"


def info(**fields: object) -> jazz.BlockInfo:
    message = blocks_pb2.BlockInfo(name="lab/x", version=3, summary="float32[2, 3] csr", body_bytes=4_200_000)
    message.attributes.add(key="source", value=EVIL)
    message.MergeFrom(blocks_pb2.BlockInfo(**fields))  # type: ignore[arg-type]
    return block_info(message)


def test_a_block_shows_name_version_type_size_and_attributes() -> None:
    assert repr(info()) == f"<BlockInfo lab/x@3: float32[2, 3] csr, 4.2 MB, source={EVIL}>"


def test_html_is_escaped() -> None:
    html = info()._repr_html_()

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "4.2 MB" in html


def test_what_needs_the_header_is_none_without_it() -> None:
    without = info()
    table = value_pb2.Value(table=value_pb2.Table(fields=[value_pb2.Field(name="a")]))

    assert (without.shape, without.dtype, without.layout, without.fields) == (None, None, None, None)
    assert info(header=table).fields == ("a",)
    assert info(header=table).shape is None


def test_an_info_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        info().version = 4  # type: ignore[misc]
    with pytest.raises(TypeError):
        info().attributes["a"] = "b"  # type: ignore[index]


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"), (2**63, "9.2 EB")],
)
def test_sizes_are_for_people(count: int, shown: str) -> None:
    assert size(count) == shown


def test_a_space_shows_its_use() -> None:
    settings = spaces_pb2.SpaceSettings(volatile=True, quota_bytes=10_000)
    space = space_info(spaces_pb2.Space(name="lab", blocks=7, used_bytes=1500, settings=settings))

    assert repr(space) == "<SpaceInfo lab: 7 blocks, 1.5 kB of 10.0 kB, volatile>"
    assert "in memory only" in space._repr_html_()


def test_a_match_is_true_or_says_why_not() -> None:
    good = match(kinds_pb2.MatchKindResponse(matches=True, bindings=[kinds_pb2.Binding(symbol="n", size=3)]))
    bad = match(kinds_pb2.MatchKindResponse(mismatches=[kinds_pb2.Mismatch(field="a", expected="[n]", found="[2, 2]")]))

    assert good
    assert good.bindings == {"n": 3}
    assert not bad
    assert "expected [n], found [2, 2]" in bad._repr_html_()
    assert not match(kinds_pb2.MatchKindResponse())


def test_pipelines_and_operations_show_their_signature() -> None:
    message = pipelines_pb2.PipelineInfo(name="lab/p", version=3)
    message.inputs.add(name="x", type=to_message(jazz.Dense["n"]))
    message.outputs.add(name="result", type=to_message(jazz.Any))
    op = op_info(pipelines_pb2.OpInfo(name="relu", signature="relu(x) -> x", doc=EVIL))

    assert repr(pipeline_info(message)) == "<PipelineInfo lab/p@3: (x: jazz.Dense['n']) -> (result: jazz.Any)>"
    assert "bound" not in pipeline_info(message)._repr_html_()
    assert repr(op) == "<OpInfo relu(x) -> x>"
    assert "<script>" not in op._repr_html_()


def test_an_explanation_is_its_text() -> None:
    explained = explanation(pipelines_pb2.Explanation(text="a < b"))

    assert str(explained) == "a < b"
    assert explained._repr_html_() == "<pre>a &lt; b</pre>"


def test_times_are_in_utc() -> None:
    message = blocks_pb2.BlockInfo()
    message.create_time.FromSeconds(0)

    assert block_info(message).created == datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Screen:
    """A console that keeps what is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.text = io.StringIO()
        console = Console(file=self.text, force_terminal=True, width=100)
        monkeypatch.setattr("rich.console.Console", lambda **_: console)


def test_a_transfer_that_lasts_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch)
    monkeypatch.setattr(_progress, "SHOWN_AFTER", 0)

    with (
        _progress.Transfer("put lab/x", 100, shown=True) as first,
        _progress.Transfer("get lab/y", 100, shown=True) as second,
    ):
        first.advance(40)
        second.advance(10)
        first.advance(60)
        time.sleep(0.2)

    assert "put lab/x" in screen.text.getvalue()
    assert "get lab/y" in screen.text.getvalue()
    assert _progress._display._progress is None


@pytest.mark.parametrize(("shown", "after"), [(False, 0), (True, 3600)])
def test_other_transfers_show_nothing(monkeypatch: pytest.MonkeyPatch, shown: bool, after: float) -> None:
    screen = Screen(monkeypatch)
    monkeypatch.setattr(_progress, "SHOWN_AFTER", after)

    with _progress.Transfer("put lab/x", 100, shown=shown) as transfer:
        transfer.advance(40)

    assert screen.text.getvalue() == ""


def test_bars_are_for_terminals_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())

    assert not _progress.wanted(None)
    assert _progress.wanted(True)
    with pytest.raises(jazz.InvalidArgument):
        jazz.connect("localhost:1", progress="yes")  # type: ignore[arg-type]
