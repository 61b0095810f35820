"""What the two clients have in common as files and tables: the contract, reasons, and names of the public surface."""

import re
from pathlib import Path

import pytest

import jazz
from jazz.errors import REASONS

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "proto" / "jazz" / "v1"
COPIES = ROOT / "clients" / "r" / "inst" / "proto" / "jazz" / "v1"

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
    package = COPIES.parents[3]
    listed = re.findall(r"^      - (\S+)$", (package / "_pkgdown.yml").read_text(), re.MULTILINE)
    pages = [path.read_text() for path in (package / "man").glob("*.Rd")]
    names = {re.search(r"\\name\{(.*)\}", page)[1] for page in pages if r"\keyword{internal}" not in page}
    assert sorted(listed) == sorted(names)


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


def test_every_function_of_python_has_its_function_in_r(r):
    exported = set(r.texts('getNamespaceExports("rjazz")'))
    assert sorted(name for name in FUNCTIONS if not hasattr(jazz, name)) == []
    functions = {name for name in jazz.__all__ if name.islower() and callable(getattr(jazz, name))}
    assert sorted(functions - set(FUNCTIONS)) == []
    assert sorted(set(FUNCTIONS.values()) - exported) == []
