"""The page «Logs» among many events: fills the log of a demo's database and asks for pages as a browser does.

    python3 bench/log.py                    10 million events
    python3 bench/log.py --events 1000000   a tenth of that

Wanted: at most 50 ms of server time for a page. The time is that of the whole request over loopback, TLS included, so
what is printed is more than the server's part.
"""

import argparse
import html
import http.cookiejar
import json
import random
import re
import sqlite3
import ssl
import statistics
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "interop"))

from relais import PROGRAM, Relais  # noqa: E402

ADDRESSES = ["anna@valbois.test", "bruno@valbois.test", "admin@valbois.test"]
WANTED_MILLISECONDS = 50


def events(organisation, count, addresses, now):
    """Letters of the last nineteen days, four events each: accepted, judged, queued, and what became of it."""
    dice = random.Random(7)
    start = now - 19 * 86_400_000
    for letter in range(count // 4):
        at = start + letter * 19 * 86_400_000 // (count // 4)
        message, delivery, base = 1 << 50 | letter << 3, 1 << 51 | letter << 3, 1 << 52 | letter << 3
        own = dice.choice(addresses)
        other = f"p{dice.randrange(5000)}@far{dice.randrange(50)}.test"
        sender, recipient, login = (own, other, own) if letter % 2 else (other, own, None)
        accepted = {"kind": "accepted", "protocol": "ESMTPSA" if login else "ESMTPS", "peer_ip": "192.0.2.1", "helo": "far.test",
                    "tls": "TLSv1.3", "login": login, "size_bytes": 4096, "subject": f"Lettre {letter}",
                    "message_id": f"<{letter}@far.test>"}
        judged = {"kind": "judged", "verdict": "inbox", "why": ""}
        queued = {"kind": "queued", "route": "somewhere"}
        reply = {"code": 250, "status": "2.0.0", "text": "taken"}
        ended = ({"kind": "bounced", "reply": {"code": 550, "status": "5.1.1", "text": "nobody here"}} if letter % 50 == 0
                 else {"kind": "delivered", "place": "INBOX", "reply": reply if login else None})
        key = recipient.lower()
        yield organisation, at, base, message, None, sender, None, None, "accepted", json.dumps(accepted)
        yield organisation, at, base + 1, message, None, sender, None, None, "judged", json.dumps(judged)
        yield organisation, at, base + 2, message, delivery, sender, recipient, key, "queued", json.dumps(queued)
        yield organisation, at + 900, base + 3, message, delivery, sender, recipient, key, ended["kind"], json.dumps(ended)


def fill(data, count, addresses):
    database = sqlite3.connect(data / "relais.db", isolation_level=None)
    organisation = database.execute("SELECT organisation FROM address LIMIT 1").fetchone()[0]
    database.execute("PRAGMA synchronous = OFF")
    database.execute("BEGIN")
    database.executemany("INSERT INTO event (organisation, at, id, message, delivery, sender, recipient, recipient_key, kind, detail)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", events(organisation, count, addresses, int(time.time() * 1000)))
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = database.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    database.close()
    return size


def browser(relais):
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor(jar))
    base = relais.facts["urls"]["manager"]
    user = relais.facts["users"][0]
    form = urllib.parse.urlencode({"login": user["login"], "password": user["password"]}).encode()
    origin = base.removesuffix("/manager/")
    opener.open(urllib.request.Request(base + "sign-in", form, {"Origin": origin, "Sec-Fetch-Site": "same-origin"})).read()
    return lambda path: opener.open(base + path).read().decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--relais", type=Path, default=PROGRAM)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="relais-bench-log-", dir="/var/tmp") as directory:
        relais = Relais(Path(directory) / "relais", program=arguments.relais)
        with relais:
            pass
        began = time.monotonic()
        size = fill(relais.data, arguments.events, ADDRESSES)
        print(f"{arguments.events:,} events, {size / 1e9:.2f} GB, in {time.monotonic() - began:.0f} s", file=sys.stderr)
        with relais:
            page = browser(relais)
            service = re.search(r"service:\d+", page("logs")).group(0)
            first = page(f"logs?address={ADDRESSES[0]}&direction=sent")
            older = html.unescape(re.search(r'href="([^"]*after=[^"]*)"', first).group(1)).removeprefix("/manager/")
            pages = {
                "an address, received": f"logs?address={ADDRESSES[0]}&direction=received",
                "an address, sent": f"logs?address={ADDRESSES[0]}&direction=sent",
                "the page after": older,
                "one that is rare (2 %)": f"logs?address={ADDRESSES[0]}&direction=received&status=bounced",
                "a whole service": f"logs?address={service}&direction=received",
                "a day in the middle": f"logs?address={ADDRESSES[1]}&direction=received&to="
                                       + time.strftime("%Y-%m-%dT12:00", time.localtime(time.time() - 9 * 86_400)),
            }
            for name, path in pages.items():
                page(path)
                times = []
                for _ in range(arguments.rounds):
                    began = time.perf_counter()
                    text = page(path)
                    times.append((time.perf_counter() - began) * 1000)
                rows.append({"page": name, "lines": text.count("<tr data-row"), "median": statistics.median(times), "slowest": max(times)})
    print("| page | lines | median | slowest | wanted |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['page']} | {row['lines']} | {row['median']:.1f} ms | {row['slowest']:.1f} ms | ≤ {WANTED_MILLISECONDS} ms |")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 1 if any(row["median"] > WANTED_MILLISECONDS for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
