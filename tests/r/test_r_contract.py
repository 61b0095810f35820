"""What the two clients have in common as files and tables: the contract, reasons, and names of the public surface."""

import dataclasses
import inspect
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import jazz
from jazz import ops
from jazz.errors import REASONS
from jazz.graph import calendar
from r.session import RSession

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "proto" / "jazz" / "v1"
PACKAGE = ROOT / "clients" / "r"
COPIES = PACKAGE / "inst" / "proto" / "jazz" / "v1"

OPERATIONS = {"put": "jz_put", "get": "jz_get", "info": "jz_info", "copy": "jz_copy", "delete": "jz_delete"}

SURFACE = {
    jazz.Database: {
        "put": "jz_put",
        "get": "jz_get",
        "info": "jz_info",
        "describe": "jz_describe",
        "exists": "jz_exists",
        "list": "jz_list",
        "versions": "jz_versions",
        "copy": "jz_copy",
        "update": "jz_update",
        "delete": "jz_delete",
        "run": "jz_run",
        "ops": "jz_ops",
        "batch": "jz_batch",
        "session": "jz_session",
        "commit": "jz_commit",
        "close": "jz_close",
    },
    "spaces": {
        "create": "jz_space_create",
        "get": "jz_space_get",
        "list": "jz_space_list",
        "update": "jz_space_update",
        "delete": "jz_space_delete",
    },
    "kinds": {
        "put": "jz_kind_put",
        "get": "jz_kind_get",
        "list": "jz_kind_list",
        "delete": "jz_kind_delete",
        "match": "jz_kind_match",
        "propose": "jz_kind_propose",
    },
    "pipelines": {
        "put": "jz_pipeline_put",
        "get": "jz_pipeline_get",
        "list": "jz_pipeline_list",
        "delete": "jz_pipeline_delete",
        "explain": "jz_explain",
    },
    "server": {"info": "jz_server"},
    "batch": OPERATIONS | {"check": "jz_send"},
    "session": OPERATIONS | {"check": "jz_send", "flush": "jz_send"},
    "commit": {"put": "jz_put", "copy": "jz_copy", "update": "jz_update", "delete": "jz_delete"},
}
"""The function of R for every method of Python's client. A new method needs its row, and its function."""

ARGUMENTS = {"to": "...", "skipna": "na.rm", "dtype": "type", "state": "...", "op": "name"}
"""Arguments that are called otherwise in R; what form values come back in is said by options of values there."""

FACTS = {
    jazz.BlockInfo: 'jz_info(db, "lab/x")',
    jazz.SpaceInfo: 'jz_space_get(db, "lab")',
    jazz.KindInfo: 'jz_kind_get(db, "lab/number")',
    jazz.Match: 'jz_kind_match(db, "lab/number", 1)',
    jazz.ServerInfo: "jz_server(db)",
    jazz.PipelineInfo: 'jz_pipeline_get(db, "lab/twice")',
    jazz.RunResult: 'jz_run(db, "lab/twice", x = 1, profile = TRUE)',
    jazz.Explanation: 'jz_explain(db, "lab/twice")',
    jazz.StepInfo: 'c(jz_explain(db, "lab/twice")$steps, profile = "columns")',
    jazz.StepProfile: 'jz_run(db, "lab/twice", x = 1, profile = TRUE)$profile$steps',
    jazz.OpInfo: 'jz_ops(db, "topk")',
    jazz.OpParameter: 'jz_ops(db, "topk")$parameters[[1]]',
}
"""What is told in R of what Python tells in these classes."""

FUNCTIONS = {
    "connect": "jz_connect",
    "pipeline": "jz_pipeline",
    "kind": "jz_kind",
    "kind_of": "jz_kind_propose",
    "labels": "jz_labels",
    "ref": "jz_block",
    "Tensor": "jz_tensor",
    "Dense": "jz_dense",
    "Csr": "jz_csr",
    "Csc": "jz_csc",
    "Coo": "jz_coo",
    "Table": "jz_table",
    "OfKind": "jz_of_kind",
    "Any": "jz_any_value",
    "Tls": "jz_tls",
}
"""The function of R for what module `jazz` has that is called."""


def test_the_contract_of_the_package_is_that_of_the_repository():
    wanted = {path.name: path.read_text() for path in CONTRACT.glob("*.proto")}
    found = {path.name: path.read_text() for path in COPIES.glob("*.proto")}
    assert [name for name in sorted({*wanted, *found}) if wanted.get(name) != found.get(name)] == []


def test_every_help_page_is_listed_on_the_site():
    listed = re.findall(r"^      - (\S+)$", (PACKAGE / "_pkgdown.yml").read_text(), re.MULTILINE)
    pages = [path.read_text() for path in (PACKAGE / "man").glob("*.Rd")]
    names = {re.search(r"\\name\{(.*)\}", page)[1] for page in pages if r"\keyword{internal}" not in page}
    assert sorted(listed) == sorted(names)


def test_help_pages_are_what_roxygen2_writes_of_the_sources(r, tmp_path):
    [wanted] = re.findall(r"^RoxygenNote: (.*)$", (PACKAGE / "DESCRIPTION").read_text(), re.MULTILINE)
    if not r.flag(f'requireNamespace("roxygen2", quietly = TRUE) && packageVersion("roxygen2") == "{wanted}"'):
        pytest.skip(f"roxygen2 {wanted} is not installed")
    shutil.copytree(PACKAGE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.o", "*.so", "Makevars"))
    shutil.rmtree(tmp_path / "man")
    r.run(f'suppressMessages(roxygen2::roxygenise("{tmp_path}", c("rd", "namespace"), "installed"))')
    assert written(tmp_path) == written(PACKAGE)


def written(package: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in [*package.glob("man/*.Rd"), package / "NAMESPACE"]}


def test_parts_and_units_of_times_are_the_same(r):
    assert r.texts("rjazz:::TIME_PARTS") == list(calendar.PARTS)
    assert r.texts("rjazz:::TIME_UNITS") == list(calendar.UNITS.values())


def test_reasons_of_errors_are_the_same(r):
    wanted = {name: (reason.code.value[0], _words(reason.exception.__name__)) for name, reason in REASONS.items()}
    codes = [int(code) for code in r.run("rjazz:::reasons$code")]
    classes = r.texts("rjazz:::reasons$class")
    found = dict(zip(r.texts("rjazz:::reasons$reason"), zip(codes, classes, strict=True), strict=True))
    assert found == wanted


def _words(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


@pytest.mark.parametrize("part", SURFACE, ids=str)
def test_every_method_of_python_has_its_function_in_r(r, db, part):
    owner = db if part is jazz.Database else getattr(db, part)
    if part in ("batch", "session", "commit"):
        owner = owner()
    methods = {name for name in dir(owner) if not name.startswith("_") and callable(getattr(type(owner), name, None))}
    assert sorted(methods ^ set(SURFACE[part])) == []
    exported = set(r.texts('getNamespaceExports("rjazz")'))
    assert sorted(set(SURFACE[part].values()) - exported) == []


@pytest.mark.parametrize("part", SURFACE, ids=str)
def test_every_argument_of_a_method_is_one_of_its_function(r, db, part):
    owner = db if part is jazz.Database else getattr(db, part)
    if part in ("batch", "session", "commit"):
        owner = owner()
    for name, function in SURFACE[part].items():
        taken = formals(r, function)
        if name in ("batch", "commit"):
            taken |= formals(r, "jz_send")  # which takes their timeouts
        assert (name, arguments(getattr(owner, name)) - taken) == (name, set())


def test_every_argument_of_an_operation_is_one_of_its_function(r):
    lacking = {}
    for name in (name for name in ops.__all__ if name.islower()):
        lacking[name] = arguments(getattr(ops, name)) - formals(r, f"jz_{name}")
    assert {name: missing for name, missing in lacking.items() if missing} == {}


def arguments(function: Callable[..., object]) -> set[str]:
    """Names of arguments, as R has them."""
    named = inspect.signature(function).parameters.values()
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {"..." if each.kind in variable else ARGUMENTS.get(each.name, each.name) for each in named}


def formals(r: RSession, function: str) -> set[str]:
    return set(r.texts(f"names(formals({function}))"))


@pytest.mark.parametrize(("infos", "code"), FACTS.items(), ids=[infos.__name__ for infos in FACTS])
def test_every_fact_that_python_tells_is_told_in_r(r, db, infos, code):
    db.put("lab/x", 1.5)
    db.kinds.put("lab/number", "float64[n]")
    db.pipelines.put("lab/twice", jazz.pipeline(lambda x: x * 2.0))
    facts = {field.name for field in dataclasses.fields(infos)}
    assert facts - set(r.texts(f"names({code})")) == set()


def test_every_function_of_python_has_its_function_in_r(r):
    exported = set(r.texts('getNamespaceExports("rjazz")'))
    assert sorted(name for name in FUNCTIONS if not hasattr(jazz, name)) == []
    functions = {name for name in jazz.__all__ if name.islower() and callable(getattr(jazz, name))}
    assert sorted(functions - set(FUNCTIONS)) == []
    assert sorted(set(FUNCTIONS.values()) - exported) == []
