"""Start the portal: web, worker and, for development, a mail catcher; or one of them."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import click

from portal.cli.errors import CommandError, settings_or_stop
from portal.settings import DEVELOPMENT_FILE, ROOT, Settings, SettingsError, data_folder, read_port

READY_SECONDS = 60
STOP_SECONDS = 30
WEB_STOP_SECONDS = 5
THREADS = 4
# Neutral: on a shared phone the sender’s name must not tell of a study (privacy rule P15).
DEVELOPMENT_SENDER = "Message service <portal@portal.example>"


@click.command()
def up() -> None:
    """Everything a developer needs, ended by Ctrl-C: migrate, web, worker, mail catcher."""
    catch = not os.environ.get("PORTAL_MAIL_URL")
    # Before anything is written: a portal that runs already keeps its values.
    _refuse_taken_port(_wanted_port())
    mail_port = free_port()
    make_development_values(mail_port)
    settings = settings_or_stop()
    _prepare(settings)
    commands = {"web": web_command(settings), "worker": worker_command()}
    if catch:
        commands["mail"] = catcher_command(settings, mail_port)
    run_until_stopped(settings, commands)


def _wanted_port() -> int:
    try:
        return read_port(os.environ.get("PORT") or "8000")
    except SettingsError as mistake:
        raise CommandError(str(mistake)) from None


@click.command()
def web() -> None:
    """The web server alone."""
    _replace_by(web_command(settings_or_stop()))


@click.command()
def worker() -> None:
    """The worker alone: sends what is due. Several may run."""
    _replace_by(worker_command())


def make_development_values(mail_port: int) -> None:
    """Values for this machine only; what the environment sets stands above them."""
    from portal.security.keys import make_key_file

    data = data_folder(os.environ)
    data.mkdir(parents=True, exist_ok=True)
    keyset = data / "keyset.json"
    if not keyset.exists() and not os.environ.get("PORTAL_KEYSET"):
        make_key_file(keyset)
    values = {
        "PORTAL_DATABASE_URL": f"sqlite:///{data / 'portal.db'}",
        "PORTAL_MAIL_URL": f"smtp://127.0.0.1:{mail_port}?tls=none",
        "PORTAL_MAIL_FROM": DEVELOPMENT_SENDER,
        "PORTAL_KEYSET": str(keyset),
        "PORT": os.environ.get("PORT", "8000"),
    }
    (data / DEVELOPMENT_FILE).write_text(json.dumps(values, indent=1), encoding="utf-8")


def _prepare(settings: Settings) -> None:
    """Check the settings as the web will, and bring the tables up to date."""
    from portal.cli.parts import parts_or_stop
    from portal.store.migrate import upgrade

    settings.data.mkdir(parents=True, exist_ok=True)
    upgrade(parts_or_stop().store)


def _refuse_taken_port(port: int) -> None:
    """The web server shares a port with any other of its kind: two portals would mix families."""
    with socket.socket() as probe:
        # Lines of a portal that has just ended do not count, one that listens does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(
                f"Port {port} is in use. End what runs there, or choose another: "
                f"make run PORT={port + 10}"
            ) from None


def web_command(settings: Settings) -> list[str]:
    workers = os.cpu_count() or 1
    return [
        str(Path(sys.executable).parent / "granian"),
        *("--interface", "wsgi"),
        *("--host", "127.0.0.1"),
        *("--port", str(settings.port)),
        *("--workers", str(workers)),
        *("--blocking-threads", str(THREADS)),
        *("--log-level", "warning"),
        "--respawn-failed-workers",
        # An open line of a browser must not hold up the end; requests take milliseconds.
        *("--workers-kill-timeout", str(WEB_STOP_SECONDS)),
        "app:application",
    ]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "portal.worker"]


def catcher_command(settings: Settings, port: int) -> list[str]:
    folder = settings.data / "mail"
    return [_flask(), "mail-catcher", "--folder", str(folder), "--port", str(port)]


def run_until_stopped(settings: Settings, commands: dict[str, list[str]]) -> None:
    """Start each, say when the site answers, end all of them when one ends or on Ctrl-C."""
    running: dict[str, subprocess.Popen[bytes]] = {}

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        for name, command in commands.items():
            running[name] = _start(settings, name, command)
        _say_when_ready(settings, running)
        while all(process.poll() is None for process in running.values()):
            time.sleep(0.2)
    except KeyboardInterrupt:
        return
    finally:
        _end(settings, running)
    raise CommandError("One part of the portal ended by itself. Its last lines say why.")


def _start(settings: Settings, name: str, command: list[str]) -> subprocess.Popen[bytes]:
    # A group of their own: Ctrl-C reaches this process alone, which then ends them in order.
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: S603 - ours alone
    folder = settings.data / "run"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.pid").write_text(f"{process.pid}\n", encoding="utf-8")
    return process


def _say_when_ready(settings: Settings, running: dict[str, subprocess.Popen[bytes]]) -> None:
    address = f"http://127.0.0.1:{settings.port}/"
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if any(process.poll() is not None for process in running.values()):
            return
        if _answers(settings.port):
            click.echo(f"Portal ready: {address}")
            return
        time.sleep(0.1)
    raise CommandError(f"The site did not answer within {READY_SECONDS} seconds.")


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (http.client.HTTPException, OSError):
        return False


def _end(settings: Settings, running: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in running.items():
        if process.poll() is None:
            process.terminate()
        (settings.data / "run" / f"{name}.pid").unlink(missing_ok=True)
    for process in running.values():
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # Each part leads a group of its own, so nothing it started stays behind.
            os.killpg(process.pid, signal.SIGKILL)


def _replace_by(command: list[str]) -> None:
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606 - ours alone


def _flask() -> str:
    return str(Path(sys.executable).parent / "flask")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
