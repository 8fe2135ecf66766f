"""Strangers of the DNS: Debian's NSD and Unbound with private configurations on loopback, dig, and a large zone.

Used by the interop tests and by the benchmark (bench/names.py), so that both ask the very same set-up.
"""

import os
import random
import shutil
import socket
import subprocess
from contextlib import contextmanager

from peers import end, wait_until
from ports import free_port

TOOLS = ("dig", "delv", "ldns-verify-zone", "ldns-signzone", "ldns-keygen", "nsd", "dnsperf", "unbound")


def missing_tools(*names):
    """Those of the tools that this machine does not have: with them a test is skipped only on a developer's machine."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    return [name for name in names if shutil.which(name, path=path) is None]


def run(*arguments, stdin=None, check=True, timeout_seconds=60):
    """What a program prints."""
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C"}
    answer = subprocess.run([str(argument) for argument in arguments], input=stdin or "", capture_output=True, text=True,
                            timeout=timeout_seconds, env=environment)
    if check and answer.returncode != 0:
        raise AssertionError(f"{arguments}: {answer.returncode}\n{answer.stdout}{answer.stderr}")
    return answer.stdout + ("" if check else answer.stderr)


def dig(port, *question, options=()):
    """dig's whole answer."""
    return run("dig", "@127.0.0.1", "-p", port, "+tries=2", "+time=5", "+norecurse", *options, *question, check=False)


def short(port, *question, options=()):
    """The data of the answers, one a line."""
    return dig(port, *question, options=["+short", *options]).split("\n")[:-1]


def free_loopback(*ports):
    """An address of 127.0.0.0/8 whose ports of these numbers nobody has."""
    for _ in range(50):
        address = f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}.{random.randrange(2, 255)}"
        try:
            for port in ports:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    with socket.socket(socket.AF_INET, kind) as probe:
                        probe.bind((address, port))
            return address
        except OSError:
            continue
    # The benchmark, which imports this file, has no pytest.
    import pytest
    pytest.skip(f"somebody has ports {ports} of every address of this machine")


@contextmanager
def addresses_of_this_machine(*addresses):
    """Addresses of documentation (RFC 5737) on the loopback device: whoever connects from one comes from the internet, as
    far as any rule can see. They go by themselves if nobody is left to take them away."""
    try:
        for address in addresses:
            run("ip", "address", "add", f"{address}/32", "dev", "lo", "valid_lft", 900, "preferred_lft", 900)
    except (AssertionError, FileNotFoundError) as error:
        import pytest
        pytest.skip(f"this machine's loopback takes no address: {error}")
    try:
        yield
    finally:
        for address in addresses:
            run("ip", "address", "del", f"{address}/32", "dev", "lo")


class NameServer:
    """A stranger's name server in the foreground, as long as the block lasts: its `command()`, whether it `answers()`."""

    def __enter__(self):
        environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        with open(self.directory / "output.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        try:
            wait_until(lambda: self.process.poll() is not None or self.answers(), f"{type(self).__name__} to answer")
            assert self.process.poll() is None, self.log()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process:
            end(self.process)


class Nsd(NameServer):
    """NSD as a secondary, or with a zone file of its own. It runs in the foreground and as whoever starts it."""

    def __init__(self, directory, zone, primary_port=None, secret=None, zone_file=None, threads=1):
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.process = None
        self.log_path = directory / "nsd.log"
        lines = [
            "server:", f"  ip-address: 127.0.0.1@{self.port}", "  do-ip6: no", "  username: \"\"", "  chroot: \"\"",
            f"  zonesdir: \"{directory}\"", f"  database: \"\"", f"  pidfile: \"{directory}/nsd.pid\"",
            f"  xfrdfile: \"{directory}/xfrd.state\"", f"  xfrdir: \"{directory}\"", f"  zonelistfile: \"{directory}/zone.list\"",
            f"  logfile: \"{self.log_path}\"", f"  server-count: {threads}", "  verbosity: 2", "  rrl-ratelimit: 0",
            "  reuseport: yes", "remote-control:", "  control-enable: no",
        ]
        if secret is not None:
            lines += ["key:", "  name: \"transfer.names.test\"", "  algorithm: hmac-sha256", f"  secret: \"{secret}\""]
        lines += ["zone:", f"  name: \"{zone}\"", f"  zonefile: \"{zone_file or directory / 'zone'}\""]
        if primary_port is not None:
            lines += ["  request-xfr: AXFR 127.0.0.1@%d transfer.names.test" % primary_port,
                      "  allow-notify: 127.0.0.1 transfer.names.test"]
        self.configuration = directory / "nsd.conf"
        self.configuration.write_text("\n".join(lines) + "\n")

    def command(self):
        return ["nsd", "-d", "-c", str(self.configuration)]

    def answers(self):
        return "status:" in dig(self.port, "version.bind", "TXT", "CH")

    def log(self):
        parts = [self.directory / "output.log", self.log_path]
        return "\n".join(part.read_text(errors="replace") for part in parts if part.exists())[-4000:]


class Unbound(NameServer):
    """Unbound as a validating resolver on port 53 of an address of loopback: it knows one zone, whose keys it trusts.
    That zone may be the root, `.`: then every name is looked for from there."""

    def __init__(self, directory, address, zone, port, keys, server="127.0.0.1"):
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self.address = address
        self.process = None
        (directory / "anchor").write_text("".join(f"{zone.rstrip('.')}. IN DNSKEY {key}\n" for key in keys))
        self.configuration = directory / "unbound.conf"
        self.configuration.write_text(f"""\
server:
  interface: {address}
  access-control: 127.0.0.0/8 allow
  directory: "{directory}"
  chroot: ""
  username: ""
  pidfile: "{directory}/unbound.pid"
  logfile: "{directory}/unbound.log"
  use-syslog: no
  do-daemonize: no
  do-ip6: no
  num-threads: 1
  module-config: "validator iterator"
  trust-anchor-file: "{directory}/anchor"
  val-log-level: 2
  # The name servers are on loopback, under a name that no resolver asks about (RFC 6761), and change while tests run.
  do-not-query-localhost: no
  local-zone: "test." nodefault
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
remote-control:
  control-enable: no
stub-zone:
  name: "{zone}"
  stub-addr: {server}@{port}
""")

    def command(self):
        return ["unbound", "-d", "-c", str(self.configuration)]

    def answers(self):
        ask = ["dig", f"@{self.address}", "+tries=1", "+time=2", "version.bind", "TXT", "CH"]
        return "status:" in run(*ask, check=False)

    def log(self):
        parts = [self.directory / "output.log", self.directory / "unbound.log"]
        return "\n".join(part.read_text(errors="replace") for part in parts if part.exists())[-4000:]


def large_zone(zone, records):
    """A zone file with about so many records: addresses, exchangers, texts and aliases."""
    lines = [f"$ORIGIN {zone}.", "$TTL 3600", "@ IN SOA ns1 hostmaster 2026010100 14400 3600 1209600 3600",
             "@ NS ns1", "ns1 A 192.0.2.53"]
    for number in range((records - 3) // 2):
        lines.append(f"host{number} A 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
        lines.append({
            0: f"host{number} AAAA 2001:db8::{number:x}",
            1: f"host{number} MX 10 host{number // 2}",
            2: f"host{number} TXT \"site-verification={number:032x}\"",
            3: f"alias{number} CNAME host{number}",
        }[number % 4])
    return "\n".join(lines) + "\n"


def questions(zone, records):
    """Questions for dnsperf: mostly names that exist, one in ten that does not."""
    lines = []
    for number in range((records - 3) // 2):
        if number % 10 == 9:
            lines.append(f"nobody{number}.{zone} A")
        kind = {0: "AAAA", 1: "MX", 2: "TXT", 3: "A"}[number % 4]
        owner = "alias" if number % 4 == 3 else "host"
        lines += [f"host{number}.{zone} A", f"{owner}{number}.{zone} {kind}"]
    return "\n".join(lines) + "\n"
