"""WebKit, the engine of Safari and of every browser on an iPhone: Debian's build for GTK, on a screen that nobody sees."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from peers import end, listens, wait_until
from ports import free_port
from window import Window

START_TIMEOUT_SECONDS = 60

# W3C WebDriver §6.3: method and path of each command.
COMMANDS = {
    "WebDriver:Navigate": ("POST", "url"),
    "WebDriver:ExecuteScript": ("POST", "execute/sync"),
    "WebDriver:FindElements": ("POST", "elements"),
    "WebDriver:IsElementDisplayed": ("GET", "element/{id}/displayed"),
    "WebDriver:GetElementText": ("GET", "element/{id}/text"),
    "WebDriver:ElementClick": ("POST", "element/{id}/click"),
    "WebDriver:ElementSendKeys": ("POST", "element/{id}/value"),
    "WebDriver:TakeScreenshot": ("GET", "screenshot"),
}


class WebKit(Window):
    """A window with nothing of anybody's in it."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.downloads = self.directory / "Downloads"
        self.processes = []

    def _start(self, *command, **options):
        with open(self.directory / "output.log", "ab") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options))

    def __enter__(self):
        self.downloads.mkdir(parents=True)
        (self.directory / ".config").mkdir()
        (self.directory / ".config" / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{self.downloads}"\n')
        try:
            # It takes a number that no screen has, and says which.
            said, telling = os.pipe()
            self._start("Xvfb", "-displayfd", str(telling), "-screen", "0", "1280x900x24", "-nolisten", "tcp", pass_fds=[telling])
            os.close(telling)
            with os.fdopen(said) as screen:
                display = screen.readline().strip()
            assert display, "there is no screen"
            port = free_port()
            self._start("WebKitWebDriver", f"--port={port}", env={
                "PATH": os.environ["PATH"], "HOME": str(self.directory), "DISPLAY": f":{display}", "LANG": "C.UTF-8", "LANGUAGE": "fr",
                "DBUS_SESSION_BUS_ADDRESS": "disabled:", "LIBGL_ALWAYS_SOFTWARE": "1"})
            wait_until(lambda: listens(port), "WebKit's driver to listen", START_TIMEOUT_SECONDS)
            self.address = f"http://127.0.0.1:{port}/session"
            # The portal's certificate is one of its own authority.
            wanted = {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True}}}
            self.address += "/" + self._ask("POST", "", wanted)["sessionId"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # The driver ends its browser, and the screen comes last.
        for process in reversed(self.processes):
            end(process)

    def _ask(self, method, path, body):
        request = urllib.request.Request(self.address + path, method=method, data=json.dumps(body).encode() if method == "POST" else None,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as refusal:
            raise AssertionError(f"{path}: {refusal.read().decode()[:2000]}") from None

    def send(self, name, parameters):
        method, path = COMMANDS[name]
        return self._ask(method, "/" + path.format(**parameters), parameters)
