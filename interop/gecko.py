"""Debian's Thunderbird and Firefox without a screen, driven through Marionette."""

import json
import os
import socket
import subprocess
from pathlib import Path

from peers import end, listens, wait_until
from ports import free_port
from window import Window

START_TIMEOUT_SECONDS = 90
SCRIPT_TIMEOUT_SECONDS = 60

# Nothing is asked of the outside, nothing is asked of a person.
PREFERENCES = {
    "app.update.disabledForTesting": True,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.blocklist.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "geo.enabled": False,
    "mail.biff.play_sound": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.server.default.check_new_mail": False,
    "mail.server.default.login_at_startup": False,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.winsearch.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page.url": "about:blank",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "data:,",
}


class Marionette:
    """The few commands of the Marionette protocol that a test needs: length, colon, JSON."""

    def __init__(self, port):
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=SCRIPT_TIMEOUT_SECONDS + 30)
        self.stream = self.connection.makefile("rb")
        self.number = 0
        self._read()
        # The portal's certificate is one of its own authority.
        self.send("WebDriver:NewSession", {"strictFileInteractability": False, "acceptInsecureCerts": True})
        self.send("WebDriver:SetTimeouts", {"script": SCRIPT_TIMEOUT_SECONDS * 1000})

    def _read(self):
        length = b""
        while not length.endswith(b":"):
            byte = self.stream.read(1)
            if not byte:
                raise ConnectionError("the program closed the connection")
            length += byte
        return json.loads(self.stream.read(int(length[:-1])))

    def send(self, name, parameters):
        self.number += 1
        data = json.dumps([0, self.number, name, parameters]).encode()
        self.connection.sendall(str(len(data)).encode() + b":" + data)
        _, _, error, result = self._read()
        if error:
            raise AssertionError(f"{name}: {error.get('message')}\n{error.get('stacktrace', '')[:1500]}")
        return result

    def run(self, body, *arguments):
        """Runs the body of an async function with the arguments as `args`; returns what it returns."""
        script = ("const done = arguments[arguments.length - 1]; const args = arguments;\n"
                  "(async () => {\n" + body + "\n})().then(value => done([value]), "
                  "error => done({error: String(error) + '\\n' + (error && error.stack)}));")
        answer = self.send("WebDriver:ExecuteAsyncScript",
                           {"script": script, "args": list(arguments), "sandbox": "system", "newSandbox": False})["value"]
        if isinstance(answer, dict):
            raise AssertionError(answer["error"])
        return answer[0]

    def close(self):
        self.connection.close()


class Gecko:
    """A running program of Mozilla's with a new profile."""

    program = ()
    preferences = {}

    def __init__(self, directory):
        self.directory = Path(directory)
        self.process = None
        self.marionette = None

    def __enter__(self):
        profile = self.directory / "profile"
        profile.mkdir(parents=True)
        port = free_port()
        preferences = PREFERENCES | self.preferences | {"marionette.port": port}
        (profile / "user.js").write_text(
            "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()))
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), "LANG": "C.UTF-8", "MOZ_HEADLESS": "1",
                       "MOZ_DISABLE_CONTENT_SANDBOX": "1", "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
        with open(self.directory / "output.log", "wb") as log:
            self.process = subprocess.Popen(
                [*self.program, "--headless", "--no-remote", "--profile", str(profile), "--marionette"],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_until(lambda: listens(port), f"{self.program[0]} to listen", START_TIMEOUT_SECONDS)
            self.marionette = Marionette(port)
        except Exception:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.marionette is not None:
            self.marionette.close()
        if self.process is not None:
            end(self.process)


class Thunderbird(Gecko):
    """Driven with its own scripting interfaces."""

    program = ("/usr/lib/thunderbird/thunderbird", "-remote-allow-system-access")

    def __enter__(self):
        super().__enter__()
        self.marionette.send("Marionette:SetContext", {"value": "chrome"})
        return self

    def run(self, body, *arguments):
        return self.marionette.run(body, *arguments)


class Firefox(Gecko, Window):
    """With a window for a person."""

    program = ("/usr/lib/firefox-esr/firefox-esr",)

    def __init__(self, directory):
        super().__init__(directory)
        self.downloads = self.directory / "downloads"
        self.preferences = {"intl.accept_languages": "fr", "browser.download.folderList": 2,
                            "browser.download.dir": str(self.downloads)}

    def send(self, name, parameters):
        answer = self.marionette.send(name, parameters)
        return answer["value"] if isinstance(answer, dict) else answer
