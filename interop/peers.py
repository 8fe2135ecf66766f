"""Debian's Postfix and Dovecot as strangers: each with a private configuration, queue and ports on loopback.

Used by the interop tests (as a library) and by the benchmark (as a program, so that both measure and test the very
same set-up):

    python3 interop/peers.py mail-server --directory DIR --mailboxes N --mailbox-format sdbox

starts Postfix → LMTP → Dovecot, prints one line of JSON when every door answers, and ends with its standard input.
"""

import argparse
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from ports import free_port

# The mail files of the peers belong to this user: Dovecot and Postfix refuse to deliver as root.
MAIL_USER = "nobody"
# Generous: Debian's start script forks a hundred times, and two cores may be busy.
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 15


def wait_until(condition, what, timeout_seconds=START_TIMEOUT_SECONDS, step_seconds=0.05):
    """Asks `condition` until it answers something true, and returns that."""
    end = time.monotonic() + timeout_seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_seconds} s for {what}")
        time.sleep(step_seconds)


def end(process):
    """Asks a stranger's process to end, and ends it where it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def greets(port):
    """True when the server on this port says something."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.settimeout(5)
            return bool(connection.recv(1))
    except OSError:
        return False


def listens(port):
    """True when somebody takes connections on this port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _stop(process):
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        # The peer was started in a session of its own, so this reaches its children and nobody else's.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _mail_ids():
    entry = pwd.getpwnam(MAIL_USER)
    return entry.pw_uid, entry.pw_gid


def _need_root(who):
    if os.geteuid() != 0:
        raise PermissionError(f"{who} changes users while it works: run the interop tests as root")


class Postfix:
    """A Postfix that knows nothing of DNS: `domains` are its own, `routes` says where the others are."""

    def __init__(self, directory, domains=(), users=(), routes=None, lmtp_socket=None, extra=None,
                 hostname="mail.stranger.test", tls_security_level="may", greets_first=True):
        _need_root("Postfix")
        # One that begins with a TLS handshake waits for its client.
        self.is_up = greets if greets_first else listens
        self.directory = Path(directory)
        self.port = free_port()
        self.hostname = hostname
        self.process = None
        uid, gid = _mail_ids()
        for name in ("conf", "queue", "data", "mail", "log"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        # Postfix and Dovecot work as users of their own and have to pass.
        os.chmod(self.directory, 0o755)
        shutil.chown(self.directory / "data", "postfix", "root")
        os.chown(self.directory / "mail", uid, gid)
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": self.directory / "queue",
            "data_directory": self.directory / "data",
            "command_directory": "/usr/sbin",
            "daemon_directory": "/usr/lib/postfix/sbin",
            "mail_owner": "postfix",
            "setgid_group": "postdrop",
            "myhostname": hostname,
            "mydestination": "",
            "mynetworks": "127.0.0.0/8",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "maillog_file": self.directory / "log" / "mail.log",
            "maillog_file_prefixes": self.directory,
            # No question ever leaves the machine.
            "smtp_dns_support_level": "disabled",
            "smtp_host_lookup": "native",
            "lmtp_host_lookup": "native",
            "smtpd_peername_lookup": "no",
            "smtp_tls_security_level": tls_security_level,
            "smtp_tls_loglevel": "1",
            "alias_maps": "",
            "alias_database": "",
            "local_recipient_maps": "",
            "virtual_mailbox_domains": " ".join(domains),
            "virtual_uid_maps": f"static:{uid}",
            "virtual_gid_maps": f"static:{gid}",
            "transport_maps": "texthash:" + str(self.directory / "conf" / "transport"),
            "relay_domains": " ".join(routes or {}),
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            # A refused connection must not silence a destination for a test's whole life.
            "minimal_backoff_time": "2s",
            "maximal_backoff_time": "4s",
            "queue_run_delay": "2s",
            # Tests open many sessions from one address.
            "smtpd_client_connection_count_limit": "0",
            "smtpd_client_connection_rate_limit": "0",
            "smtpd_error_sleep_time": "0",
        }
        if lmtp_socket:
            settings["virtual_transport"] = f"lmtp:unix:{lmtp_socket}"
            # Dovecot says at RCPT who exists.
            settings["virtual_mailbox_maps"] = "static:all"
        else:
            settings["virtual_mailbox_base"] = self.directory / "mail"
            settings["virtual_mailbox_maps"] = "texthash:" + str(self.directory / "conf" / "mailboxes")
            (self.directory / "conf" / "mailboxes").write_text(
                "".join(f"{user} {user}/\n" for user in users))
        settings.update(extra or {})
        (self.directory / "conf" / "transport").write_text(
            "".join(f"{domain} smtp:[127.0.0.1]:{port}\n" for domain, port in (routes or {}).items()))
        (self.directory / "conf" / "main.cf").write_text(
            "".join(f"{key} = {value}\n" for key, value in settings.items()))
        (self.directory / "conf" / "master.cf").write_text(MASTER_CF.format(port=self.port))

    def add_users_door(self):
        """A port on which its own users bring letters, who have no certificate; to be added before it starts."""
        port = free_port()
        with open(self.directory / "conf" / "master.cf", "a", encoding="utf-8") as master:
            master.write(f"127.0.0.1:{port} inet n - n - - smtpd\n"
                         "  -o smtpd_tls_security_level=none -o smtpd_tls_req_ccert=no\n")
        return port

    def ask(self, *resolvers):
        """Lets what brings mail elsewhere look names up at these addresses, port 53. Postfix knows no resolver but that of
        the system: in a chroot of its own, that is ours."""
        master = self.directory / "conf" / "master.cf"
        text, count = re.subn(r"(?m)^smtp( +unix +- - )n", r"smtp\1y", master.read_text())
        assert count == 1
        master.write_text(text)
        etc = self.directory / "queue" / "etc"
        etc.mkdir()
        (etc / "resolv.conf").write_text(
            "".join(f"nameserver {resolver}\n" for resolver in resolvers) + "options edns0 trust-ad timeout:5\n")

    def start(self):
        """Starts the master in the foreground of a session of its own and waits until it greets."""
        # What is said before the log exists.
        with open(self.directory / "log" / "start.log", "ab") as said:
            self.process = subprocess.Popen(
                ["/usr/sbin/postfix", "-c", str(self.directory / "conf"), "start-fg"],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
        try:
            wait_until(lambda: self.process.poll() is not None or self.is_up(self.port), "Postfix to greet")
            if self.process.poll() is not None:
                raise RuntimeError("Postfix ended at once")
        except Exception:
            self.stop()
            raise RuntimeError("Postfix did not start:\n" + (self.directory / "log" / "start.log").read_text() + self.log())
        return self

    def master_id(self):
        """The process under which everything of this instance runs; None before it is up."""
        try:
            return int((self.directory / "queue" / "pid" / "master.pid").read_text())
        except (OSError, ValueError):
            return None

    def stop(self):
        # `start-fg` is a script that waits for the master, which leads a process group of its own: the signal is for
        # the master, and it ends its children.
        master = self.master_id()
        if self.process is not None and self.process.poll() is None and master:
            os.kill(master, signal.SIGTERM)
            try:
                self.process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(master, signal.SIGKILL)
        _stop(self.process)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def log(self):
        path = self.directory / "log" / "mail.log"
        return path.read_text(errors="replace") if path.exists() else "(no log)"

    def letters(self, address):
        """The letters in this address's Maildir, oldest first, as bytes."""
        new = self.directory / "mail" / address / "new"
        if not new.is_dir():
            return []
        return [path.read_bytes() for path in sorted(new.iterdir(), key=lambda path: path.stat().st_mtime_ns)]

    def wait_for_letter(self, address, marker, timeout_seconds=30):
        """The first letter that holds these bytes."""
        def look():
            return next((letter for letter in self.letters(address) if marker in letter), None)
        try:
            return wait_until(look, f"a letter with {marker!r} for {address}", timeout_seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}\nPostfix's log ends with:\n" + self.log()[-3000:]) from None

    def flush(self):
        """Tries everything in the queue now."""
        subprocess.run(["/usr/sbin/postqueue", "-c", str(self.directory / "conf"), "-f"], check=True,
                       stdin=subprocess.DEVNULL)


# Nothing is chrooted: a private instance has no copy of /etc in its queue directory.
MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n - n 60   1 pickup
cleanup   unix  n - n -    0 cleanup
qmgr      unix  n - n 300  1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -    - trivial-rewrite
bounce    unix  - - n -    0 bounce
defer     unix  - - n -    0 bounce
trace     unix  - - n -    0 bounce
verify    unix  - - n -    1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -    - proxymap
proxywrite unix - - n -    1 proxymap
smtp      unix  - - n -    - smtp
relay     unix  - - n -    - smtp
showq     unix  n - n -    - showq
error     unix  - - n -    - error
retry     unix  - - n -    - error
discard   unix  - - n -    - discard
local     unix  - n n -    - local
virtual   unix  - n n -    - virtual
lmtp      unix  - - n -    - lmtp
anvil     unix  - - n -    1 anvil
scache    unix  - - n -    1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class Dovecot:
    """A Dovecot with these users (address → password), over IMAP and LMTP; as durable as it is by default."""

    def __init__(self, directory, users, mailbox_format="maildir", login_processes=1, auth_socket=False):
        _need_root("Dovecot")
        self.directory = Path(directory)
        self.port = free_port()
        self.process = None
        self.users = users
        uid, gid = _mail_ids()
        for name in ("mail", "run"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        os.chmod(self.directory, 0o755)
        os.chown(self.directory / "mail", uid, gid)
        self.lmtp_socket = self.directory / "run" / "lmtp-in"
        # Where a Postfix asks who may submit.
        self.auth_socket = self.directory / "run" / "auth-in"
        auth_service = "service auth {\n  unix_listener auth-in {\n    mode = 0666\n  }\n}\n" if auth_socket else ""
        (self.directory / "users").write_text(
            "".join(f"{address}:{{PLAIN}}{password}\n" for address, password in users.items()))
        location = {"maildir": "maildir:~/Maildir", "sdbox": "sdbox:~/sdbox"}[mailbox_format]
        (self.directory / "dovecot.conf").write_text(f"""\
base_dir = {self.directory}/run
instance_name = relais-peer
protocols = imap lmtp
listen = 127.0.0.1
log_path = {self.directory}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_chars =
first_valid_uid = 1
mail_location = {location}
mail_max_userip_connections = 100
postmaster_address = postmaster@stranger.test
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {self.directory}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={self.directory}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  # One process for many sessions: what Dovecot calls its high-performance mode.
  service_count = 0
  process_min_avail = {login_processes}
  client_limit = 1000
  inet_listener imap {{
    address = 127.0.0.1
    port = {self.port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  unix_listener lmtp-in {{
    mode = 0666
  }}
}}
{auth_service}""")

    def start(self):
        """Starts Dovecot in the foreground of a session of its own and waits until it greets."""
        self.process = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F", "-c", str(self.directory / "dovecot.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            wait_until(lambda: self.process.poll() is not None or greets(self.port), "Dovecot to greet")
            if self.process.poll() is not None:
                raise RuntimeError("Dovecot ended at once")
        except Exception:
            self.stop()
            raise RuntimeError("Dovecot did not start:\n" + self.log())
        return self

    def stop(self):
        _stop(self.process)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def log(self):
        path = self.directory / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else "(no log)"


def version_of(package):
    """The Debian version of a package, for reports."""
    answer = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    return answer.stdout.strip() or "?"


def mail_server(arguments):
    """Postfix → LMTP → Dovecot until standard input ends."""
    directory = Path(arguments.directory).absolute()
    directory.mkdir(parents=True, exist_ok=True)
    os.chmod(directory, 0o755)
    users = {f"user{number}@peer.test": "benchmark-password" for number in range(arguments.mailboxes)}
    with Dovecot(directory / "dovecot", users, arguments.mailbox_format) as dovecot:
        with Postfix(directory / "postfix", domains=["peer.test"], lmtp_socket=dovecot.lmtp_socket,
                     hostname="mail.peer.test") as postfix:
            print(json.dumps({
                "smtp_port": postfix.port,
                "imap_port": dovecot.port,
                "mailboxes": [{"address": address, "password": password} for address, password in users.items()],
                # The processes whose CPU time, with that of all their descendants, is the peer's.
                "process_ids": [postfix.master_id(), dovecot.process.pid],
                "versions": {"postfix": version_of("postfix"), "dovecot": version_of("dovecot-core")},
            }), flush=True)
            sys.stdin.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("mail-server", help="Postfix → LMTP → Dovecot")
    command.add_argument("--directory", required=True)
    command.add_argument("--mailboxes", type=int, default=50)
    command.add_argument("--mailbox-format", choices=["maildir", "sdbox"], default="sdbox")
    command.set_defaults(run=mail_server)
    arguments = parser.parse_args()
    # SIGTERM unwinds, so that the peers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    arguments.run(arguments)


if __name__ == "__main__":
    main()
