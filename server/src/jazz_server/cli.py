"""The command line: `jazz-server serve` and `jazz-server health`."""

from __future__ import annotations

import os

# gRPC's core writes lines of its own to stderr, also for what is told better here; it reads this when it is loaded.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import logging
import sys
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from jazz_server.settings import MIB, CannotStart, ServerSettings, ServiceLimits, TlsFiles
from jazz_server.version import server_version

_BEGAN = time.perf_counter()

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


class LogLevel(Enum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jazz-server {server_version()}")
        raise typer.Exit


def _path(text: str) -> Path:
    """A path; an empty text, which Python takes for the current folder, is none."""
    if not text:
        raise typer.BadParameter("expected a path, found an empty text")
    return Path(text)


def _path_option(text: str, variable: str) -> Any:
    return typer.Option(parser=_path, metavar="PATH", help=text, envvar=variable)


@app.callback()
def jazz_server(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Jazz: typed blocks, kinds and compiled pipelines over one port."""


@app.command()
def serve(
    data: Annotated[Path, _path_option("The folder of the store; made if it is missing.", "JAZZ_DATA")],
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where to listen; port 0 takes a free one.", envvar="JAZZ_LISTEN")
    ] = "127.0.0.1:50051",
    socket: Annotated[Path | None, _path_option("A Unix socket to listen on as well.", "JAZZ_SOCKET")] = None,
    tls_cert: Annotated[
        Path | None, _path_option("The server's certificate chain (PEM): speak TLS.", "JAZZ_TLS_CERT")
    ] = None,
    tls_key: Annotated[Path | None, _path_option("The private key of that certificate (PEM).", "JAZZ_TLS_KEY")] = None,
    tls_client_ca: Annotated[
        Path | None, _path_option("Clients must show a certificate of this authority (PEM).", "JAZZ_TLS_CLIENT_CA")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads that compute; as many as CPUs by default.", envvar="JAZZ_THREADS")
    ] = None,
    memory_limit: Annotated[
        int, typer.Option(min=16, metavar="MIB", help="MiB that runs and caches may take.", envvar="JAZZ_MEMORY_LIMIT")
    ] = 1024,
    concurrent_runs: Annotated[
        int | None, typer.Option(min=1, help="Runs that compute at the same time; as many as threads by default.")
    ] = None,
    create_spaces: Annotated[
        bool, typer.Option("--create-spaces/--no-create-spaces", help="Whether a first put creates a missing space.")
    ] = True,
    grace: Annotated[float, typer.Option(min=0, help="Seconds that calls may go on after a signal to stop.")] = 20.0,
    log_level: Annotated[
        LogLevel, typer.Option(case_sensitive=False, help="How much to log.", envvar="JAZZ_LOG_LEVEL")
    ] = LogLevel.INFO,
) -> None:
    """Serve until SIGTERM or SIGINT; a second signal ends it at once."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("jazz_server").setLevel(log_level.name)
    try:
        settings = ServerSettings(
            data=data,
            listen=listen,
            socket=socket,
            tls=_tls_files(tls_cert, tls_key, tls_client_ca),
            create_spaces=create_spaces,
            grace_seconds=grace,
            limits=_limits(threads, concurrent_runs, memory_limit),
        )
        _server()(settings, _BEGAN)
    except CannotStart as error:
        typer.echo(f"jazz-server: {error}", err=True)
        raise typer.Exit(1) from None


@app.command()
def health(
    target: Annotated[str, typer.Argument(help="HOST:PORT, or unix:PATH.", envvar="JAZZ_LISTEN")] = "127.0.0.1:50051",
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait for the answer.")] = 3.0,
) -> None:
    """Ask a server that speaks no TLS, or one on a Unix socket, whether it serves: 0 if it does, 1 if not."""
    from jazz_server.health import problem

    found = problem(target, timeout)
    if found is not None:
        typer.echo(f"jazz-server: {found}", err=True)
        raise typer.Exit(1)


def _server() -> Callable[[ServerSettings, float], None]:
    from jazz_server.engine.errors import InvalidTheme

    try:
        from jazz_server.process import serve as serve_until_stopped
    except InvalidTheme as error:
        raise CannotStart(str(error)) from error
    return serve_until_stopped


def _tls_files(certificate: Path | None, key: Path | None, client_ca: Path | None) -> TlsFiles | None:
    if certificate is None and key is None and client_ca is None:
        return None
    if certificate is None or key is None:
        raise CannotStart("TLS needs both --tls-cert and --tls-key")
    return TlsFiles(certificate, key, client_ca)


def _limits(threads: int | None, concurrent_runs: int | None, memory_mib: int) -> ServiceLimits:
    from jazz_server.engine.parallel import set_thread_count, thread_count

    if threads is not None:
        set_thread_count(threads)
    return ServiceLimits(concurrent_runs=concurrent_runs or thread_count(), memory_bytes=memory_mib * MIB)


def main() -> None:
    """Run the command line."""
    app()
