"""Telling the person at the terminal what happens, and what to do when it fails."""

import contextlib
import os
import signal
import subprocess
import sys
import time

from . import paths


class SetupError(Exception):
    """A step failed. ``str()`` is the whole message for the person: what failed and what to try."""

    def __init__(self, what, hint="", log=None):
        lines = [f"Failed: {what}"]
        if hint:
            lines.append(f"Try: {hint}")
        if log:
            lines.append(f"Log: {log}")
        super().__init__("\n".join(lines))


def say(text):
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title, expect=""):
    """Announce a step, then say how long it took."""
    say(f"==> {title}" + (f" ({expect})" if expect else ""))
    begin = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - begin:.0f} s")


def run_logged(command, log_name, what, hint="", **popen):
    """Run a command with its output in ``.run/logs/<log_name>.log``.

    :raise SetupError: when it exits with anything but 0
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / f"{log_name}.log"
    with log.open("a") as out:
        out.write(f"$ {' '.join(map(str, command))}\n")
        out.flush()
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
            **popen,
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise SetupError(f"{what}\n{tail}", hint, log)


def main(entry):
    """Run a command's entry function: its return value is the exit status, failures read well."""
    # A terminated command cleans up like an interrupted one: no server is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = entry()
    except SetupError as error:
        say(f"\n{error}")
        status = 1
    except KeyboardInterrupt:
        say("\nStopped. Run the same command again: it goes on where it was.")
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status or 0)


def wanted(name, fingerprint):
    """:return: True when the step ``name`` was not finished yet with these inputs"""
    stamp = paths.STAMPS / name
    return not stamp.is_file() or stamp.read_text() != fingerprint


def finished(name, fingerprint):
    """Remember that the step ``name`` is complete; an interrupted step leaves no stamp."""
    paths.STAMPS.mkdir(parents=True, exist_ok=True)
    temporary = paths.STAMPS / f".{name}.tmp"
    temporary.write_text(fingerprint)
    temporary.replace(paths.STAMPS / name)
