"""Runs the README's first command as it stands, with --json and free ports, until its doors are open; then ends it.

    python3 interop/demo.py COMMAND…
"""

import json
import signal
import subprocess
import sys
import time

from peers import greets
from ports import free_port_base
from relais import DOORS

# The program is built before: what counts is how soon a person sees something.
START_LIMIT_SECONDS = 30


def main():
    command = [*sys.argv[1:], "--json", "--port-base", str(free_port_base(DOORS))]
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    facts = json.loads(process.stdout.readline())
    took = time.monotonic() - began
    for door in ("smtp", "submission", "imap"):
        assert greets(facts["ports"][door]), f"nobody greets at {door}"
    process.send_signal(signal.SIGTERM)
    status = process.wait(30)
    print(f"{' '.join(command)}: open after {took:.1f} s, ended with status {status}")
    assert took < START_LIMIT_SECONDS
    assert status == 0


if __name__ == "__main__":
    main()
