"""`configure` of the R package: what it says when something is missing, what overrides do, what it leaves behind."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "clients" / "r"

pytestmark = pytest.mark.skipif(shutil.which("R") is None, reason="R is not installed (`make r-system` installs it)")

INSTALLS = (
    "apt-get install libgrpc++-dev libprotobuf-dev protobuf-compiler pkg-config",
    "dnf install grpc-devel protobuf-devel protobuf-compiler pkgconf",
    "brew install grpc protobuf pkg-config",
    "Rtools 4.3",
)


class Sources:
    """A copy of the package's sources, and a search path of which tools can be taken or replaced."""

    def __init__(self, folder: Path) -> None:
        self.package = folder / "rjazz"
        self.tools = folder / "tools"
        listed = subprocess.run(
            ["git", "ls-files", "-z", "."], cwd=PACKAGE, check=True, capture_output=True, text=True
        ).stdout
        for name in filter(None, listed.split("\0")):
            (self.package / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PACKAGE / name, self.package / name)
        self.tools.mkdir()
        for place in reversed(os.get_exec_path()):
            for tool in Path(place).iterdir() if Path(place).is_dir() else ():
                (self.tools / tool.name).unlink(missing_ok=True)
                (self.tools / tool.name).symlink_to(tool)

    def without(self, *tools: str) -> None:
        for tool in tools:
            (self.tools / tool).unlink()

    def replace(self, tool: str, script: str) -> Path:
        path = self.tools / tool
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def run(self, script: str = "./configure", **variables: str) -> subprocess.CompletedProcess[str]:
        overrides = ("INCLUDE_DIR", "LIB_DIR", "LIBS", "PROTOC", "PKG_CONFIG", "JAZZ_STATIC")
        kept = {key: text for key, text in os.environ.items() if key not in overrides and "RTOOLS" not in key}
        return subprocess.run(
            ["/bin/sh", script],
            check=False,
            cwd=self.package,
            env=kept | {"PATH": str(self.tools), "LC_ALL": "C.UTF-8"} | variables,
            capture_output=True,
            text=True,
            timeout=240,
        )

    def files(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.package)): path.read_bytes() for path in self.package.rglob("*.*")}

    def makevars(self) -> str:
        return (self.package / "src" / "Makevars").read_text()

    def flags(self) -> list[str]:
        """What `configure` found; rules of what depends on headers follow it."""
        return self.makevars().splitlines()[1:3]


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path)


@pytest.fixture
def quick(sources: Sources) -> Sources:
    """Sources with a compiler that is content with everything."""
    sources.replace("g++", "exit 0")
    return sources


def refused(outcome: subprocess.CompletedProcess[str], reason: str, sources: Sources, before: Iterable[str]) -> None:
    assert outcome.returncode == 1, outcome.stderr
    assert reason in outcome.stderr
    for command in INSTALLS:
        assert command in outcome.stderr
    assert "--configure-vars='INCLUDE_DIR=/path/include LIB_DIR=/path/lib" in outcome.stderr
    assert sources.files().keys() == set(before)


def test_finds_what_is_there_and_cleanup_leaves_the_tree_as_it_was(sources: Sources) -> None:
    before = sources.files()
    outcome = sources.run()
    assert outcome.returncode == 0, outcome.stderr
    assert "-lgrpc++" in sources.makevars()
    assert "@" not in sources.makevars()
    for built in ("call.o", "rjazz.so", "rjazz.dll", "symbols.rds"):
        (sources.package / "src" / built).touch()
    assert sources.run("./cleanup").returncode == 0
    assert sources.files() == before


def test_without_protoc_says_what_to_install(sources: Sources) -> None:
    before = sources.files()
    sources.without("protoc")
    refused(sources.run(), "'protoc' was not found", sources, before)


def test_without_headers_says_what_the_compiler_said(sources: Sources) -> None:
    before = sources.files()
    sources.replace("g++", "echo 'fatal error: grpcpp/grpcpp.h: No such file or directory' >&2; exit 1")
    outcome = sources.run()
    refused(outcome, "a program that includes their headers cannot be compiled", sources, before)
    assert outcome.stderr.endswith("fatal error: grpcpp/grpcpp.h: No such file or directory\n")


def test_without_libraries_says_what_the_linker_said(sources: Sources) -> None:
    before = sources.files()
    sources.replace("g++", 'case " $* " in *" -c "*) exit 0;; esac; echo "cannot find -lgrpc++" >&2; exit 1')
    outcome = sources.run()
    refused(outcome, "a program that uses them cannot be linked", sources, before)
    assert outcome.stderr.endswith("cannot find -lgrpc++\n")


def test_without_a_compiler_says_so(sources: Sources) -> None:
    before = sources.files()
    sources.without("g++")
    refused(sources.run(), "R's compiler for C++17, 'g++', was not found", sources, before)


def test_without_pkg_config_the_compilers_own_folders_do(quick: Sources) -> None:
    quick.without("pkg-config")
    outcome = quick.run()
    assert outcome.returncode == 0, outcome.stderr
    assert quick.flags() == ["PKG_CPPFLAGS = ", "PKG_LIBS = -lgrpc++ -lgrpc -lgpr -lprotobuf"]


def test_without_pkg_config_a_failure_says_that_it_was_not_asked(sources: Sources) -> None:
    before = sources.files()
    sources.without("pkg-config")
    sources.replace("g++", "exit 1")
    outcome = sources.run()
    refused(outcome, "cannot be compiled", sources, before)
    assert "pkg-config was not found either" in outcome.stderr


def test_a_contract_that_does_not_compile_is_said(sources: Sources) -> None:
    before = sources.files()
    sources.replace("protoc", "echo 'google/protobuf/timestamp.proto: File not found.' >&2; exit 1")
    outcome = sources.run()
    refused(outcome, "'protoc' could not compile the contract", sources, before)
    assert "timestamp.proto: File not found." in outcome.stderr


def test_folders_are_taken_as_given(quick: Sources) -> None:
    quick.replace("pkg-config", "echo -I/of/pkg-config -L/of/pkg-config")
    outcome = quick.run(INCLUDE_DIR="/opt/grpc/include", LIB_DIR="/opt/grpc/lib")
    assert outcome.returncode == 0, outcome.stderr
    assert quick.flags() == [
        "PKG_CPPFLAGS = -I/opt/grpc/include",
        "PKG_LIBS = -L/opt/grpc/lib -Wl,-rpath,/opt/grpc/lib -lgrpc++ -lgrpc -lgpr -lprotobuf",
    ]


@pytest.mark.parametrize("folder", ["/with space", "/a|b", "/a&b"])
def test_folders_that_no_makefile_holds_are_refused(quick: Sources, folder: str) -> None:
    before = quick.files()
    outcome = quick.run(INCLUDE_DIR=folder)
    assert outcome.returncode == 1
    assert folder in outcome.stderr
    assert quick.files() == before


def test_libraries_are_taken_as_given(quick: Sources) -> None:
    assert quick.run(LIBS="-lmine", LIB_DIR="/opt").returncode == 0
    assert quick.makevars().splitlines()[2] == "PKG_LIBS = -L/opt -Wl,-rpath,/opt -lmine"


def test_libraries_that_are_given_and_do_not_link_are_not_replaced(sources: Sources) -> None:
    before = sources.files()
    sources.replace("g++", 'case " $* " in *" -lmine "*) echo "cannot find -lmine" >&2; exit 1;; esac')
    refused(sources.run(LIBS="-lmine"), "cannot be linked", sources, before)


def test_protoc_and_pkg_config_are_taken_from_where_they_are(quick: Sources, tmp_path: Path) -> None:
    shutil.move(quick.tools / "protoc", tmp_path / "protoc")
    shutil.move(quick.replace("pkg-config", "echo -L/of/mine"), tmp_path / "pkg-config")
    outcome = quick.run(PROTOC=str(tmp_path / "protoc"), PKG_CONFIG=str(tmp_path / "pkg-config"))
    assert outcome.returncode == 0, outcome.stderr
    assert quick.makevars().splitlines()[2].startswith("PKG_LIBS = -L/of/mine -lgrpc++")


def test_the_fewest_libraries_that_link_are_taken(sources: Sources) -> None:
    sources.replace("g++", 'case " $* " in *" -c "*|*" -labsl_synchronization "*) exit 0;; esac; exit 1')
    assert sources.run().returncode == 0
    assert sources.makevars().splitlines()[2].endswith("-lgrpc++ -lgrpc -lgpr -lprotobuf -labsl_synchronization")


def test_on_windows_the_toolchain_of_rtools_is_asked_for_static_libraries(quick: Sources, tmp_path: Path) -> None:
    toolchain = tmp_path / "rtools" / "x86_64-w64-mingw32.static.posix" / "bin"
    toolchain.mkdir(parents=True)
    quick.replace("cygpath", 'echo "$1"')
    quick.replace("g++", 'case " $* " in *" -c "*|*" -lws2_32 "*) exit 0;; esac; exit 1')
    asked = tmp_path / "asked"
    shutil.move(
        quick.replace("pkg-config", f'echo "$*" >>{asked}; case "$*" in *--static*) echo -lgrpc++ -lws2_32;; esac'),
        toolchain / "pkg-config",
    )
    outcome = quick.run("./configure.win", RTOOLS44_HOME=str(tmp_path / "rtools"))
    assert outcome.returncode == 0, outcome.stderr
    assert "--static --libs grpc++ protobuf" in asked.read_text()
    assert quick.makevars().splitlines()[2] == "PKG_LIBS = -lgrpc++ -lws2_32"


def test_on_windows_without_protoc_the_message_is_the_same(quick: Sources) -> None:
    before = quick.files()
    quick.without("protoc")
    refused(quick.run("./configure.win"), "'protoc' was not found", quick, before)


def test_cleanup_is_the_same_on_windows() -> None:
    assert (PACKAGE / "cleanup.win").read_bytes() == (PACKAGE / "cleanup").read_bytes()
