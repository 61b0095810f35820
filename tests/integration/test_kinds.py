"""Kinds as people meet them: as text, with units, required by spaces, pipelines and each other."""

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from typer.testing import CliRunner

import jazz
from client_database import db
from jazz._cli import app
from jazz.values import dense

__all__ = ["db"]

PHOTO = """# A photograph with its mask.
{
  image: uint8[h, w, 3]  # the picture
  mask: bool[h, w]
  weight?: float64[] in kg from 0 to 1000
  ...
}"""


def photo(h: int, w: int, mask: tuple[int, int] | None = None) -> dict[str, np.ndarray]:
    return {"image": np.zeros((h, w, 3), np.uint8), "mask": np.zeros(mask or (h, w), bool)}


def measured(values: object, unit: str) -> jazz.values.Tensor:
    tensor = dense(np.asarray(values))
    return jazz.values.Tensor(tensor.dtype, tensor.shape, data=tensor.data, unit=unit)


# Text


def test_the_text_of_a_kind_is_stored_and_given_back(db: jazz.Database) -> None:
    assert db.kinds.put("lab/photo", PHOTO).text == PHOTO
    assert str(db.kinds.get("lab/photo").kind) == PHOTO
    assert [info.text for info in db.kinds.list("lab")] == [PHOTO]


def test_a_text_that_cannot_be_read_is_refused_with_line_and_column(db: jazz.Database) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        db.kinds.put("lab/photo", "{\n  image: uint8[h, w, 3\n}")
    assert caught.value.violations[0].field == "kind, line 3, column 1"


def test_a_value_is_matched_with_a_text(db: jazz.Database) -> None:
    assert db.kinds.match(PHOTO, photo(2, 3)).bindings == {"h": 2, "w": 3}
    found = db.kinds.match("{image: uint8[h, w, 3], mask: bool[h, w]}", photo(2, 3, (4, 3)))
    assert [str(m) for m in found.mismatches] == ["mask: expected 2 rows (`h` as `image` set it), found 4 rows"]


# Units


def test_a_kind_with_a_unit_that_nobody_knows_is_refused(db: jazz.Database) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        db.kinds.put("lab/k", "{length: float64[n] in metr}")
    assert [v.field for v in caught.value.violations] == ["kind.length"]
    assert "did you mean met" in caught.value.violations[0].found


def test_a_kind_that_rules_out_what_it_extends_is_refused(db: jazz.Database) -> None:
    db.kinds.put("lab/base", "{x: float64[n] in m}")
    with pytest.raises(jazz.InvalidArgument) as caught:
        db.kinds.put("lab/k", "extends lab/base {x: float64[n] in s}")
    (violation,) = caught.value.violations
    assert (violation.field, violation.found) == ("kind.x", "m and s")


def test_a_value_with_a_unit_that_nobody_knows_is_refused(db: jazz.Database) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        db.put("lab/x", jazz.values.Table((("a", measured([1.0], "metr")),)))
    assert [v.field for v in caught.value.violations] == ["value['a'].unit"]
    assert caught.value.reason == "INVALID_VALUE"


def test_a_value_in_another_unit_is_refused_and_says_the_factor(db: jazz.Database) -> None:
    db.kinds.put("lab/length", "float64[n] in m")
    db.put("lab/a", measured([1.0], "metre"), kind="lab/length")
    with pytest.raises(jazz.KindMismatch, match="found km, which is m"):
        db.put("lab/b", measured([1.0], "km"), kind="lab/length")


# Versions and what requires them


def test_a_space_keeps_the_version_of_its_kind(db: jazz.Database) -> None:
    first = db.kinds.put("kinds/k", "float64[3]").version
    space = db.spaces.create("lab", kind="kinds/k")
    db.kinds.put("kinds/k", "float64[4]")

    assert space.kind == f"kinds/k@{first}"
    assert db.put("lab/x", np.zeros(3)).kind == f"kinds/k@{first}"
    with pytest.raises(jazz.KindMismatch):
        db.put("lab/y", np.zeros(4))


def test_an_update_of_a_space_takes_the_version_of_then_and_leaves_blocks_as_they_are(db: jazz.Database) -> None:
    db.kinds.put("kinds/k", "float64[3]")
    db.spaces.create("lab", kind="kinds/k")
    db.put("lab/x", np.zeros(3))
    second = db.kinds.put("kinds/k", "float64[4]").version

    assert db.spaces.update("lab", kind="kinds/k").kind == f"kinds/k@{second}"

    assert db.get("lab/x").shape == (3,)
    with pytest.raises(jazz.KindMismatch):
        db.put("lab/x", np.zeros(3))


def test_a_kind_that_a_space_requires_is_not_deleted(db: jazz.Database) -> None:
    version = db.kinds.put("kinds/k", "float64[3]").version
    db.spaces.create("lab", kind="kinds/k")
    db.kinds.put("kinds/k", "float64[4]")

    for delete in (
        lambda: db.kinds.delete("kinds/k"),
        lambda: db.kinds.delete("kinds/k", version=version),
        lambda: db.spaces.delete("kinds", force=True),
    ):
        with pytest.raises(jazz.FailedPrecondition, match="required by space lab") as caught:
            delete()
        assert caught.value.reason == "KIND_REQUIRED"
    db.spaces.update("lab", kind=None)
    db.kinds.delete("kinds/k")


def test_a_version_that_nothing_requires_is_deleted_alone(db: jazz.Database) -> None:
    old = db.kinds.put("kinds/k", "float64[3]").version
    new = db.kinds.put("kinds/k", "float64[4]").version
    db.spaces.create("lab", kind="kinds/k")

    db.kinds.delete("kinds/k", version=old)

    assert db.kinds.get("kinds/k").version == new
    with pytest.raises(jazz.NotFound):
        db.kinds.get("kinds/k", version=old)


def test_a_kind_that_others_extend_or_contain_is_not_deleted(db: jazz.Database) -> None:
    base = db.kinds.put("lab/base", "{a: any}").version
    held = db.kinds.put("lab/held", "{b: any}").version
    kind = db.kinds.put("lab/k", "extends lab/base {c: lab/held}")

    assert kind.text == f"extends lab/base@{base} {{\n  c: lab/held@{held}\n  ...\n}}"
    for name in ("lab/base", "lab/held"):
        with pytest.raises(jazz.FailedPrecondition, match=f"required by kind lab/k@{kind.version}"):
            db.kinds.delete(name)
    db.kinds.delete("lab/k")
    db.kinds.delete("lab/base")


def test_a_changed_kind_changes_nothing_for_those_that_contain_it(db: jazz.Database) -> None:
    db.kinds.put("lab/thing", "float64[3]")
    db.kinds.put("lab/k", "{thing: lab/thing}")
    db.kinds.put("lab/thing", "float64[4]")

    assert db.kinds.match("lab/k", {"thing": np.zeros(3)})
    assert not db.kinds.match("lab/k", {"thing": np.zeros(4)})


def test_versions_that_are_required_are_not_pruned(db: jazz.Database) -> None:
    first = db.kinds.put("kinds/k", "float64[3]").version
    db.spaces.create("lab", kind="kinds/k")
    for length in range(150):
        db.kinds.put("kinds/k", f"float64[{length}]")
    assert db.kinds.get("kinds/k", version=first).text == "float64[3]"


def test_a_deleted_space_requires_nothing(db: jazz.Database) -> None:
    db.kinds.put("kinds/k", "float64[3]")
    db.spaces.create("lab", kind="kinds/k")
    db.kinds.put("lab/own", "{a: kinds/k}")
    db.spaces.delete("lab", force=True)
    db.kinds.delete("kinds/k")


def test_a_durable_space_cannot_require_a_kind_that_will_be_gone(db: jazz.Database) -> None:
    db.spaces.create("memory", volatile=True, quota=1_000_000)
    db.kinds.put("memory/k", "float64[3]")
    with pytest.raises(jazz.InvalidArgument) as caught:
        db.spaces.create("lab", kind="memory/k")
    assert caught.value.reason == "MIXED_DURABILITY"


def test_a_volatile_space_requires_a_kind_of_a_durable_one(db: jazz.Database) -> None:
    db.kinds.put("kinds/k", "float64[3]")
    db.spaces.create("memory", volatile=True, quota=1_000_000, kind="kinds/k")
    with pytest.raises(jazz.FailedPrecondition, match="required by space memory"):
        db.kinds.delete("kinds/k")


# All doors of a space


@pytest.fixture
def strict(db: jazz.Database) -> jazz.Database:
    """A database whose space `lab` asks for three numbers from 0 to 1."""
    db.kinds.put("kinds/three", "float64[3] from 0 to 1")
    db.spaces.create("lab", kind="kinds/three")
    return db


@pytest.mark.parametrize("bad", [np.zeros(4), np.array([0.0, 2.0, 0.0])], ids=["shape", "range"])
def test_no_door_lets_a_value_in_that_is_not_of_the_kind(strict: jazz.Database, bad: np.ndarray) -> None:
    def batch() -> None:
        with strict.batch() as several:
            result = several.put("lab/x", bad)
        _ = result.value

    def commit() -> None:
        with strict.commit() as writes:
            writes.put("lab/x", bad)

    def copy() -> None:
        strict.put("other/x", bad)
        strict.copy("other/x", "lab/x")

    def run() -> None:
        strict.run(identity, x=bad, into="lab/x")

    for door in (lambda: strict.put("lab/x", bad), batch, commit, copy, run):
        with pytest.raises(jazz.KindMismatch):
            door()
    assert list(strict.list("lab")) == []


@jazz.pipeline
def identity(x):
    return x + 0


# Pipelines


def test_the_name_of_a_kind_stands_where_a_type_does(db: jazz.Database) -> None:
    version = db.kinds.put("lab/photo", PHOTO).version

    @jazz.pipeline(inputs={"x": "lab/photo"})
    def covered(x):
        return jazz.ops.sum(x["mask"])

    stored = db.pipelines.put("lab/covered", covered)

    assert int(db.run("lab/covered", x=photo(2, 3))) == 0
    with pytest.raises(jazz.KindMismatch) as caught:
        db.run("lab/covered", x=photo(2, 3, (4, 5)))
    assert [v.field for v in caught.value.violations] == ["inputs.x.mask", "inputs.x.mask"]
    assert all(f"as the kind lab/photo@{version} says" in v.expected for v in caught.value.violations)
    with pytest.raises(jazz.FailedPrecondition, match=f"required by pipeline lab/covered@{stored.version}"):
        db.kinds.delete("lab/photo")


def test_a_run_checks_the_ranges_of_every_kind_that_asks_for_a_field(db: jazz.Database) -> None:
    db.kinds.put("lab/any", "{x: any}")
    db.kinds.put("lab/positive", "{x: float64[n] from 0}")
    db.kinds.put("lab/small", "{x: float64[n] to 1}")
    db.kinds.put("lab/share", "extends lab/any, lab/positive, lab/small {}")

    @jazz.pipeline(inputs={"p": "lab/share"})
    def total(p):
        return jazz.ops.sum(p["x"])

    db.pipelines.put("lab/total", total)
    assert db.run("lab/total", p={"x": np.array([0.0, 1.0])}) == 1
    for wrong in (-1.0, 2.0):
        db.put("lab/wrong", {"x": np.array([wrong])})
        assert db.kinds.match("lab/share", "lab/wrong").mismatches
        with pytest.raises(jazz.KindMismatch, match="elements from 0 to 1"):
            db.run("lab/total", p={"x": np.array([wrong])})


def test_a_changed_kind_changes_nothing_for_a_registered_pipeline(db: jazz.Database) -> None:
    db.kinds.put("lab/k", "float64[3]")

    @jazz.pipeline
    def total(x: "lab/k"):  # noqa: F821
        return jazz.ops.sum(x)

    db.pipelines.put("lab/total", total)
    db.kinds.put("lab/k", "float64[4]")

    assert db.run("lab/total", x=np.ones(3)) == 3
    with pytest.raises(jazz.KindMismatch):
        db.run("lab/total", x=np.ones(4))


# Proposals


def test_a_block_is_of_the_kind_proposed_for_it(db: jazz.Database) -> None:
    value = {"words": sp.random_array((5, 4), density=0.5, format="csr", rng=1), "n": np.arange(5)}
    db.put("lab/x", value)

    kind = db.kinds.propose("lab/x")

    assert kind == jazz.kind_of(value)
    assert db.kinds.match(kind, jazz.ref("lab/x")).bindings == {"rows": 5}


# The command line


def test_kinds_on_the_command_line(db: jazz.Database, tmp_path: Path) -> None:
    file = tmp_path / "photo.kind"
    file.write_text(PHOTO, encoding="utf-8")
    db.put("lab/good", photo(2, 3))
    db.put("lab/bad", photo(2, 3, (4, 3)))

    def run(*line: str, code: int = 0, stdin: str | None = None) -> str:
        result = CliRunner().invoke(app, ["--server", db.target, "kind", *line], input=stdin)
        assert result.exit_code == code, result.output
        return result.stdout

    assert "lab/photo" in run("put", "lab/photo", str(file))
    assert "lab/photo" in run("put", "lab/photo", "-", stdin=PHOTO)
    assert run("show", "lab/photo") == f"{PHOTO}\n"
    assert "lab/photo" in run("ls", "lab")
    assert run("match", "lab/photo", "lab/good") == "yes, h = 2, w = 3\n"
    assert run("match", "lab/photo", "lab/bad", code=1) == (
        "mask: expected 2 rows (`h` as `image` set it), found 4 rows\n"
    )
    assert run("of", "lab/good").startswith("{\n  image: uint8[rows, columns, 3]\n")
    run("rm", "lab/photo")
    run("show", "lab/photo", code=3)
