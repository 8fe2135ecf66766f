"""Free loopback ports for servers that start later: no two tests of one run are ever given the same."""

import os
import random
import socket

# Below the range from which outgoing connections take theirs (32768 and up), and clear of the demo's default 20000.
_RANGES = (range(12000, 20000), range(21000, 32000))
# pytest-xdist numbers its processes: each gives from numbers of its own, since what one was given and has not opened yet
# looks free to the others.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_dice = random.SystemRandom()
_given = set()


def _slice():
    """The numbers of this process, one stretch of each range."""
    numbers = []
    for span in _RANGES:
        length = len(span) // _WORKERS
        numbers.append(span[_WORKER * length:(_WORKER + 1) * length])
    return numbers


def _are_free(ports):
    probes = []
    try:
        for port in ports:
            probe = socket.socket()
            probes.append(probe)
            # As servers do it: a port in TIME_WAIT is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    finally:
        for probe in probes:
            probe.close()
    return True


def free_port_base(offsets=(0,)):
    """A number such that nobody listens on any of the ports that lie `offsets` above it."""
    for _ in range(1000):
        span = _dice.choice(_slice())
        base = _dice.choice(range(span.start, span.stop - max(offsets), 10 if max(offsets) else 1))
        ports = {base + offset for offset in offsets}
        if not ports & _given and _are_free(ports):
            _given.update(ports)
            return base
    raise RuntimeError(f"no free loopback ports found: {len(_given)} are given")


def free_port():
    """A loopback port that nobody listens on now."""
    return free_port_base()
