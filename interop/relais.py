"""Relais as the tests see it: the program, its documented command line, and nothing of its inside."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from email import message_from_bytes, policy
from pathlib import Path

from peers import greets, wait_until
from ports import free_port_base

REPOSITORY = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("RELAIS", REPOSITORY / "target" / "release" / "relais"))
# docs: `relais demo --port-base N` puts each door at N plus its well-known port (https and other high ports too).
DOORS = [24, 25, 53, 80, 110, 143, 190, 443, 465, 587, 993, 995, 90]
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 30


class Relais:
    """`relais demo` with a data directory that may outlive the process."""

    def __init__(self, data, strangers=None, program=PROGRAM, options=()):
        self.data = Path(data)
        self.data.mkdir(parents=True, exist_ok=True)
        self.log_path = self.data.with_name(self.data.name + ".log")
        self.strangers = strangers or {}
        self.program = program
        self.options = options
        self.port_base = free_port_base(DOORS)
        self.process = None
        self.facts = None

    def start(self):
        """Starts the demo and waits for its line of JSON, which promises that every door is open."""
        arguments = [str(self.program), "demo", "--data", str(self.data), "--port-base", str(self.port_base), "--json", *self.options]
        for domain, port in self.strangers.items():
            arguments += ["--stranger", f"{domain}=127.0.0.1:{port}"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        line = []
        reader = threading.Thread(target=lambda: line.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(START_TIMEOUT_SECONDS)
        if not line or not line[0]:
            self.kill()
            raise RuntimeError(f"relais demo did not open its doors:\n{self.log()[-4000:]}")
        self.facts = json.loads(line[0])
        return self

    def stop(self):
        """SIGTERM ends it cleanly; returns the exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("relais did not end within 30 s of SIGTERM") from None
        self.process.stdout.close()
        return self.process.returncode

    def kill(self):
        """kill -9: nothing is said to it and nothing is put in order."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def port(self, door):
        return self.facts["ports"][door]

    def password(self, address):
        return next(entry["password"] for entry in self.facts["addresses"] if entry["address"] == address)

    @property
    def ca_certificate(self):
        return self.facts["ca_certificate"]

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else "(no log)"

    def command(self, *arguments, stdin=None):
        """An administration command against this data directory that succeeds; returns what its JSON says."""
        answer = self.command_raw(*arguments, "--json", stdin=stdin)
        if answer.returncode != 0:
            raise AssertionError(f"relais {' '.join(arguments)}: {answer.returncode}\n{answer.stdout}{answer.stderr}")
        return json.loads(answer.stdout)

    def command_raw(self, *arguments, stdin=None):
        """The same, as it is: exit status, standard output, standard error."""
        return subprocess.run(
            [str(self.program), *map(str, arguments), "--config", str(self.data / "relais.toml")],
            input=stdin or "", capture_output=True, text=True, timeout=60)

    def api(self, method, path, body=None):
        """What the API answers to the demo's token: a document, or nothing."""
        status, document = self.api_answer(method, path, body)
        assert status < 400, (method, path, status, document)
        return document

    def api_answer(self, method, path, body=None):
        """Status and document, a refusal's as well."""
        request = urllib.request.Request(
            self.facts["urls"]["api"] + path.lstrip("/"), method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.facts["api_token"], "Content-Type": "application/json"})
        context = ssl.create_default_context(cafile=self.ca_certificate)
        try:
            with urllib.request.urlopen(request, context=context, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.loads(refusal.read() or b"null")

    def letters(self, address, folder="INBOX"):
        """Every letter of a folder as bytes, in the order of their numbers, read over IMAP."""
        from letters import imap_login
        with imap_login(self, address) as imap:
            status, _ = imap.select(folder, readonly=True)
            if status != "OK":
                return []
            _, found = imap.uid("SEARCH", "ALL")
            numbers = found[0].split()
            if not numbers:
                return []
            _, answer = imap.uid("FETCH", b",".join(numbers).decode(), "(BODY.PEEK[])")
            return [part[1] for part in answer if isinstance(part, tuple)]

    def wait_for_letter(self, address, marker, folder="INBOX", timeout_seconds=30):
        """The first letter of a folder that holds these bytes."""
        try:
            return wait_until(
                lambda: next((letter for letter in self.letters(address, folder) if marker in letter), None),
                f"a letter with {marker!r} for {address} in {folder}", timeout_seconds, step_seconds=0.1)
        except TimeoutError as error:
            raise AssertionError(f"{error}\nthe log of relais ends with:\n{self.log()[-3000:]}") from None


    def wait_for_link(self, address, pattern):
        """The first text of this form in a letter of somebody's inbox."""
        def look():
            for raw in self.letters(address):
                body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
                if body is not None and (found := re.search(pattern, body.get_content())):
                    return found.group(0)
            return None
        return wait_until(look, f"a letter for {address} with {pattern}", step_seconds=0.2)

    def serve(self):
        """Starts `relais serve` with the configuration that stands in the data directory, and waits until it greets."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.program), "serve", "--config", str(self.data / "relais.toml")], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log)
        try:
            wait_until(lambda: self.process.poll() is not None or greets(self.port("imap")), "relais serve to greet",
                       START_TIMEOUT_SECONDS)
            assert self.process.poll() is None
        except Exception:
            self.kill()
            raise RuntimeError(f"relais serve did not open its doors:\n{self.log()[-4000:]}") from None
        return self


class Reconfigured(Relais):
    """The demo's addresses, served with another configuration than the demo's."""

    def reconfigured(self, text):
        """The configuration, made from that of the demo."""
        raise NotImplementedError

    def start(self):
        super().start()
        self.stop()
        path = self.data / "relais.toml"
        path.write_text(self.reconfigured(path.read_text()))
        return self.serve()


class Served(Relais):
    """`relais serve` with a configuration of ours: PostgreSQL in place of SQLite, and the demo's first addresses."""

    ORGANISATION = "Commune de Valbois"
    DOORS = {"smtp": 25, "submission": 587, "submissions": 465, "lmtp": 24, "imap": 143, "imaps": 993}

    def __init__(self, data, database_url, strangers=None, program=PROGRAM):
        super().__init__(data, strangers, program)
        ports = {door: self.port_base + offset for door, offset in self.DOORS.items()}
        listen = "".join(f'{door} = ["127.0.0.1:{port}"]\n' for door, port in ports.items())
        routes = "".join(f'"{domain}" = "127.0.0.1:{port}"\n' for domain, port in self.strangers.items())
        (self.data / "relais.toml").write_text(
            f'[node]\nhostname = "mail.valbois.test"\ndata = "{self.data}"\n\n[listen]\n{listen}\n'
            f'[database]\nurl = "{database_url}"\n\n[outbound.routes]\n{routes}\n'
            f'[auth]\nplaintext_from = ["127.0.0.0/8"]\nexempt_loopback = true\n\n[log]\nlevel = "warn"\n')
        self.facts = {"ports": ports, "addresses": [], "ca_certificate": str(self.data / "keys" / "ca.pem")}

    def open_portal(self, secure=""):
        """Before it starts: the door for browsers, and what else stands in `[secure]`."""
        https = self.facts["ports"]["https"] = self.port_base + 443
        config = self.data / "relais.toml"
        text = config.read_text().replace("[listen]\n", f'[listen]\nhttps = ["127.0.0.1:{https}"]\n')
        config.write_text(f'{text}\n[secure]\nportal = "https://localhost:{https}"\n{secure}\n')
        return https

    def log_everything(self):
        """Before it starts: each request stands in its log, so that it shows something where a secret does not."""
        config = self.data / "relais.toml"
        text = config.read_text()
        assert text.count('level = "warn"') == 1, text
        config.write_text(text.replace('level = "warn"', 'level = "trace"'))

    def populate(self, *addresses):
        """An organisation with a domain and these mailboxes."""
        self.command("organisation", "create", self.ORGANISATION)
        self.command("domain", "create", "valbois.test")
        for address in addresses:
            self.command("address", "create", address)
            password = self.command("device-password", "create", address, "--label", "test")["password"]
            self.facts["addresses"].append({"address": address, "password": password})

    def start(self):
        return self.serve()
