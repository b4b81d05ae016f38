"""A real Postfix on loopback, in a folder of its own. It delivers into Maildirs and sends nothing.

`default_transport=error`: whatever is not for its own three domains is refused, never sent on.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.support.live import free_port
from tests.support.maildir import Maildir
from tests.support.waiting import wait_until

DEAD, BOUNCES = "dead@family.example", "comes-back@family.example"
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{ {dead} = 550 5.1.1 no such user }} }}
    permit_mynetworks, reject
virtual_mailbox_domains = sites.example, family.example, portal.example, hem-ismart-d.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {{ @sites.example = all/ }}, {{ @family.example = all/ }},
    {{ @hem-ismart-d.example = all/ }}, {{ @portal.example = returned/ }} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
transport_maps = inline:{{ {{ {bounces} = nobody-here: }} }}
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
relayhost =
smtputf8_enable = yes
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
nobody-here unix - n n - - pipe user=nobody argv={folder}/no-such-user
anvil unix - - n - 1 anvil
"""


class Postfix:
    """`with Postfix() as server: server.url`. Needs root, as Postfix does."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="portal-postfix-"))

    def __enter__(self) -> Self:
        self.folder.chmod(0o755)
        nobody = pwd.getpwnam("nobody")
        for name in ("queue", "data", "mail", "config"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        os.chown(self.folder / "mail", nobody.pw_uid, nobody.pw_gid)
        values = {"folder": self.folder, "uid": nobody.pw_uid, "gid": nobody.pw_gid}
        main = MAIN.format(**values, dead=DEAD, bounces=BOUNCES)
        (self.folder / "config" / "main.cf").write_text(main)
        (self.folder / "config" / "master.cf").write_text(
            MASTER.format(port=self.port, folder=self.folder)
        )
        program = self.folder / "no-such-user"
        program.write_text("#!/bin/sh\nexit 67\n")  # EX_NOUSER
        program.chmod(0o755)
        self._run("start")
        wait_until(self._answers, 20, why="Postfix’s greeting")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    @property
    def arrived(self) -> Maildir:
        return Maildir(self.folder / "mail" / "all")

    @property
    def returned(self) -> Maildir:
        return Maildir(self.folder / "mail" / "returned")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def _answers(self) -> bool:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtplib.SMTP("127.0.0.1", self.port, timeout=5).quit()
            return True
        return False

    def _run(self, word: str) -> None:
        done = subprocess.run(
            ["/usr/sbin/postfix", "-c", self.folder / "config", word],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"postfix {word}: {done.stderr}"
