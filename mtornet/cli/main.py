"""``mtornet``: one entry, a dozen verbs."""

from __future__ import annotations

import io
import logging
import sys
from typing import Annotated

import typer

from mtornet.cli import (
    branches,
    check,
    cohort,
    compare,
    convert,
    dose,
    fit,
    noise,
    resist,
    run_file,
    scan,
    schedule,
    sensitivity,
    show,
    simulate,
    verify,
    warm_up,
)
from mtornet.errors import MtorNetError

EXIT_OK, EXIT_CHECK_FAILED, EXIT_WRONG_INPUT, EXIT_INTERRUPTED = 0, 1, 2, 130

# typer carries its own copy of click in some versions and depends on click in others; its usage
# error is the class above BadParameter in both.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]

app = typer.Typer(
    name="mtornet",
    help=(
        "What mTOR inhibitors do to a cell, simulated molecule by molecule. "
        "A research model, never clinical advice."
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (
    compare,
    run_file,
    cohort,
    noise,
    dose,
    resist,
    scan,
    sensitivity,
    fit,
    schedule,
    branches,
    simulate,
    show,
    convert,
    check,
    verify,
    warm_up,
):
    app.command(name=verb.NAME, help=verb.HELP, epilog=verb.EXAMPLE)(verb.command)


def _show_version(wanted: bool) -> None:
    if wanted:
        from mtornet.provenance import package_version

        typer.echo(f"mtornet {package_version()}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    # Eager: it is answered before a missing verb is noticed.
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    context.obj = {"debug": debug}


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show an arrow shows a question mark instead of a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every mistake of the user becomes one message."""
    debug = "--debug" in arguments
    quiet = not {"--quiet", "-q", "--json"}.isdisjoint(arguments)
    # What the library warns of is shown on standard error, unless the user wants to read nothing there.
    logging.getLogger("mtornet").setLevel(logging.ERROR if quiet else logging.NOTSET)
    # Where the flag stands should not matter to the user.
    arguments = (["--debug"] if debug else []) + [a for a in arguments if a != "--debug"]
    try:
        result = app(args=arguments, prog_name="mtornet", standalone_mode=False)
        if result == EXIT_INTERRUPTED:
            # Returned by a verb that ended in order, or by typer for Ctrl-C anywhere else.
            print("interrupted", file=sys.stderr)
        return int(result) if isinstance(result, int) else EXIT_OK
    except typer.Exit as stop:
        # typer turns Ctrl-C outside the simulations into this exit.
        if stop.exit_code == EXIT_INTERRUPTED:
            print("interrupted", file=sys.stderr)
        return int(stop.exit_code)
    except _UsageError as error:
        # Without any argument typer raises its help as an error.
        print(_usage_message(error), file=sys.stderr)
        return EXIT_WRONG_INPUT
    except (typer.Abort, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except MtorNetError as error:
        if debug:
            raise
        print(f"error: {error}", file=sys.stderr)
        return EXIT_WRONG_INPUT
    except SystemExit:
        # The reader of our output left (`mtornet ... | head`), and click has silenced it; nothing is wrong.
        return EXIT_OK


def _usage_message(error: Exception) -> str:
    message = error.format_message()  # type: ignore[attr-defined]
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(message)
    context = getattr(error, "ctx", None)
    where = f" — '{context.command_path} --help' shows what there is" if context is not None else ""
    return f"error: {message}{where}"
