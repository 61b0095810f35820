"""The command `jazz` and the options before its commands."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from jazz._cli import blocks, kinds, pipelines
from jazz._cli.failing import EPILOG, fail
from jazz._cli.session import Session, tls_settings
from jazz._target import DEFAULT_TARGET
from jazz.errors import JazzError


class _Command(TyperCommand):
    """A command whose help says no type of switches, which take no value."""

    def get_params(self, ctx: Any) -> Any:
        return _without_type_of_switches(super().get_params(ctx))


class _Group(TyperGroup):
    """Commands whose errors are told in a line, not as a traceback."""

    def get_params(self, ctx: Any) -> Any:
        return _without_type_of_switches(super().get_params(ctx))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (JazzError, OSError, KeyboardInterrupt) as error:
            fail(error)


def _without_type_of_switches(parameters: Any) -> Any:
    for parameter in parameters:
        if getattr(parameter, "is_flag", False) and parameter.metavar is None:
            parameter.metavar = ""
    return parameters


app = typer.Typer(
    name="jazz",
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(cls=_Command)(blocks.put)
app.command(cls=_Command)(blocks.get)
app.command(cls=_Command)(blocks.ls)
app.command(cls=_Command)(blocks.info)
app.command(cls=_Command)(blocks.rm)
app.command(cls=_Command)(blocks.cp)
app.command(cls=_Command)(pipelines.run)
app.command(cls=_Command)(pipelines.explain)
app.command(cls=_Command)(pipelines.ops)

_kinds = typer.Typer(cls=_Group, no_args_is_help=True, help="What data is: put, show, ls, match, of, rm.")
for _command in (kinds.put, kinds.show, kinds.ls, kinds.match, kinds.of, kinds.rm):
    _kinds.command(cls=_Command)(_command)
app.add_typer(_kinds, name="kind")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jazz {installed_version('jazz-client')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    server: Annotated[
        str,
        typer.Option(envvar="JAZZ_SERVER", metavar="ADDRESS", help=r"host:port, \[ipv6]:port or unix:/path."),
    ] = DEFAULT_TARGET,
    timeout: Annotated[float | None, typer.Option(min=0, metavar="SECONDS", help="How long any call may take.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one line for each thing.")] = False,
    token: Annotated[str | None, typer.Option(envvar="JAZZ_TOKEN", help="Who is calling: a bearer token.")] = None,
    tls: Annotated[bool, typer.Option("--tls", help="Encrypt, trusting the system's certificates.")] = False,
    tls_ca: Annotated[
        Path | None, typer.Option(envvar="JAZZ_TLS_CA", help="Encrypt, trusting these certificates (PEM).")
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(envvar="JAZZ_TLS_CERT", help="The client's own certificate (PEM).")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(envvar="JAZZ_TLS_KEY", help="Its private key (PEM).")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Typed data and compiled pipelines: what Jazz does, from the command line."""
    context.obj = Session(server, token, tls_settings(tls, tls_ca, tls_cert, tls_key), timeout, as_json)


def main() -> None:
    """Run the command line."""
    app(prog_name="jazz")
