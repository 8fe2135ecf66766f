"""Every page of the Manager in a large organisation: fills a demo's database with addresses and a log, follows the links as
a browser does, and asks for one page of each kind.

    python3 bench/manager.py                    10,000 addresses, 10 million events
    python3 bench/manager.py --events 1000000   a tenth of the events
    python3 bench/manager.py --smoke            small numbers, only to see that everything works

Wanted: at most 50 ms of server time for a page, and two seconds for what is done to many addresses in one commit. Median and slowest are the time of the whole request on a connection that is
open, TLS included; beside them the processor time of the server, which other programs on the machine hardly change.
"""

import argparse
import html
import http.client
import json
import os
import random
import re
import sqlite3
import ssl
import statistics
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "interop"))

from relais import PROGRAM, Relais  # noqa: E402

OWN = ["anna@valbois.test", "bruno@valbois.test", "admin@valbois.test"]
WANTED_MILLISECONDS, WANTED_ACT_MILLISECONDS = 50, 2000
# The most addresses that one act names.
ACT_ADDRESSES = 1000
# Lists that one service may have (limits::SENDERS...): half of it.
SENDERS = 5000
# What else a large organisation has.
PEOPLE, CHANGES, BANS = 500, 100_000, 2000
# What is not a page: files, other languages, the way out.
NO_PAGE = re.compile(r"/(language|assets|sign-out|events)\b|[?&](csv|format)=|export|\.(csv|css|svg|png|zone)\b|/logo")


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


def multiply(database, table, where, copies):
    """Copies of the first such row, each with these columns changed: whatever else the table has stays as it is."""
    row = database.execute(f"SELECT * FROM {table} WHERE {where} LIMIT 1")
    names = [column[0] for column in row.description]
    first = dict(zip(names, row.fetchone()))
    marks = ", ".join("?" * len(names))
    database.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
                         ([(first | copy)[name] for name in names] for copy in copies))


def fill(data, event_count, address_count):
    """Addresses, people, blocked senders, bans, changes and a log. Gives the size of the database in octets."""
    database = sqlite3.connect(data / "relais.db", isolation_level=None)
    first, domain = database.execute(
        "SELECT a.id, d.name FROM address a JOIN domain d ON d.id = a.domain WHERE a.localpart = 'anna' AND d.name = 'valbois.test'").fetchone()
    organisation, service = database.execute("SELECT organisation, service FROM address WHERE id = ?", [first]).fetchone()
    database.execute("PRAGMA synchronous = OFF")
    database.execute("BEGIN")
    numbers = range(address_count)
    multiply(database, "address", f"id = {first}",
             ({"id": 1 << 54 | number, "account": 1 << 55 | number, "localpart": f"person{number}", "localpart_key": f"person{number}"}
              for number in numbers))
    multiply(database, "account", f"address = {first}",
             ({"id": 1 << 55 | number, "address": 1 << 54 | number} for number in numbers))
    database.executemany("INSERT INTO sender_entry (id, organisation, service, kind, pattern, state, who, at)"
                         " VALUES (?, ?, ?, 'blocked', ?, 'applied', 'bench', 0)",
                         ((1 << 56 | number, organisation, service, f"*@spam{number}.test") for number in range(SENDERS)))
    database.execute("UPDATE service SET quota_bytes = 1000000000 WHERE id = ?", [service])
    now = int(time.time() * 1000)
    person = database.execute("SELECT person FROM membership WHERE organisation = ? LIMIT 1", [organisation]).fetchone()[0]
    multiply(database, "person", f"id = {person}",
             ({"id": 1 << 57 | number, "login": f"somebody{number}@far.test"} for number in range(PEOPLE)))
    multiply(database, "membership", f"person = {person} AND organisation = {organisation}",
             ({"person": 1 << 57 | number, "role": "collaborator"} for number in range(PEOPLE)))
    last = database.execute("SELECT last FROM audit_chain WHERE organisation = ?", [organisation]).fetchone()[0]
    multiply(database, "audit", f"organisation = {organisation}",
             ({"id": 1 << 58 | number, "at": now - number * 60_000, "number": last + 1 + number, "what": f"person{number}@{domain}",
               "words": f"bench create address person{number}@{domain}"} for number in range(CHANGES)))
    database.execute("UPDATE audit_chain SET last = last + ? WHERE organisation = ?", [CHANGES, organisation])
    database.executemany("INSERT INTO ban (subject, banned_at, until, strikes, reason, rule, evidence) VALUES (?, ?, ?, 1, 'bench', ?, '{}')",
                         ((f"source 198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}", now, now + 86_400_000, "logins")
                          for number in range(BANS)))
    addresses = OWN + [f"person{number}@{domain}" for number in numbers[::50]]
    database.executemany("INSERT INTO event (organisation, at, id, message, delivery, sender, recipient, recipient_key, kind, detail)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", events(organisation, event_count, addresses, int(time.time() * 1000)))
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = database.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    database.close()
    return size


def processor_milliseconds(pid):
    """What a process has used so far, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


class Browser:
    """A signed-in administrator, on one connection."""

    def __init__(self, relais):
        base = urllib.parse.urlsplit(relais.facts["urls"]["manager"])
        context = ssl.create_default_context(cafile=relais.ca_certificate)
        self.connection = http.client.HTTPSConnection(base.hostname, base.port, context=context, timeout=60)
        self.origin = f"https://{base.netloc}"
        user = relais.facts["users"][0]
        form = urllib.parse.urlencode({"login": user["login"], "password": user["password"]})
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", "/manager/sign-in", form, headers)
        answer = self.connection.getresponse()
        answer.read()
        self.headers = {"Cookie": "; ".join(value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")}

    def get(self, path):
        """Status and text of a page."""
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")


def kind(path):
    """Pages that differ only in what they are about are of one kind."""
    url = urllib.parse.urlsplit(path)
    place = "/".join("*" if part.isdecimal() or "." in part or "%40" in part or "@" in part else part for part in url.path.split("/"))
    names = sorted({name for name, _ in urllib.parse.parse_qsl(url.query)})
    return place + ("?" + "&".join(names) if names else "")


def pages(browser):
    """One page of each kind, as links lead there from the first."""
    found, waiting = {}, ["/manager/", "/manager/mine", "/ip", "/help", "/manager/addresses", "/manager/addresses?q=person77", "/manager/journal?q=person77"]
    while waiting:
        path = waiting.pop(0)
        if kind(path) in found or NO_PAGE.search(path):
            continue
        status, text = browser.get(path)
        found[kind(path)] = path if status == 200 else None
        if status == 200:
            links = (html.unescape(link).split("#")[0] for link in re.findall(r'href="([^"]*)"', text))
            waiting += [link for link in links if link.startswith("/manager/")]
    return {name: path for name, path in found.items() if path}


def acts(relais):
    """What is done to many addresses in one commit, with the milliseconds that it takes."""
    page = relais.api("GET", "/addresses?limit=200")
    ids = []
    while True:
        ids += [one["id"] for one in page["items"]]
        if len(ids) >= ACT_ADDRESSES or not page.get("next"):
            break
        page = relais.api("GET", f"/addresses?limit=200&after={page['next']}")
    some = ids[:ACT_ADDRESSES]
    domain = relais.api("GET", "/domains")["items"][0]["id"]
    for name, method, path, body in [
        (f"{len(some)} addresses out of use", "POST", "/addresses/act", {"act": "disable", "addresses": some}),
        (f"{len(some)} addresses deleted", "POST", "/addresses/act", {"act": "delete", "addresses": some}),
        ("the domain with all its addresses deleted", "DELETE", f"/domains/{domain}?force=true", None),
    ]:
        began = time.perf_counter()
        relais.api(method, path, body)
        yield name, (time.perf_counter() - began) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--addresses", type=int)
    parser.add_argument("--events", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--relais", type=Path, default=PROGRAM)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    arguments.addresses = arguments.addresses or (300 if arguments.smoke else 10_000)
    arguments.events = arguments.events or (1000 if arguments.smoke else 10_000_000)
    arguments.rounds = arguments.rounds or (1 if arguments.smoke else 10)
    rows = []
    with tempfile.TemporaryDirectory(prefix="relais-bench-manager-", dir="/var/tmp") as directory:
        relais = Relais(Path(directory) / "relais", program=arguments.relais)
        with relais:
            pass
        began = time.monotonic()
        size = fill(relais.data, arguments.events, arguments.addresses)
        print(f"{arguments.addresses:,} addresses, {arguments.events:,} events, {size / 1e9:.2f} GB, in {time.monotonic() - began:.0f} s",
              file=sys.stderr)
        with relais:
            # Who sees the pages of the installation, too.
            relais.command("staff", "add", relais.facts["users"][0]["login"])
            browser = Browser(relais)
            found = pages(browser)
            assert len(found) > 80, sorted(found)
            logs = "/manager/logs?address="
            if older := re.search(r'href="([^"]*after=[^"]*)"', browser.get(f"{logs}{OWN[0]}&direction=sent")[1]):
                found["logs, the page after"] = html.unescape(older.group(1))
            service = re.search(r"service:\d+", browser.get("/manager/logs")[1]).group(0)
            middle = time.strftime("%Y-%m-%dT12:00", time.localtime(time.time() - 9 * 86_400))
            found |= {
                "logs, an address, received": f"{logs}{OWN[0]}&direction=received",
                "logs, an address, sent": f"{logs}{OWN[0]}&direction=sent",
                "logs, one that is rare (2 %)": f"{logs}{OWN[0]}&direction=received&status=bounced",
                "logs, a whole service": f"{logs}{service}&direction=received",
                "logs, a day in the middle": f"{logs}{OWN[1]}&direction=received&to={middle}",
            }
            for name, path in found.items():
                times, used = [], processor_milliseconds(relais.process.pid)
                for _ in range(arguments.rounds):
                    began = time.perf_counter()
                    status, text = browser.get(path)
                    times.append((time.perf_counter() - began) * 1000)
                used = (processor_milliseconds(relais.process.pid) - used) / arguments.rounds
                rows.append({"page": name, "octets": len(text), "median": statistics.median(times), "slowest": max(times), "used": used})
            done = list(acts(relais))
    rows.sort(key=lambda row: -row["median"])
    print("| page | kB | median | slowest | processor | wanted |\n|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['page']} | {row['octets'] / 1000:.0f} | {row['median']:.1f} ms | {row['slowest']:.1f} ms"
              f" | {row['used']:.0f} ms | ≤ {WANTED_MILLISECONDS} ms |")
    for name, milliseconds in done:
        print(f"{name}: {milliseconds:.0f} ms, wanted ≤ {WANTED_ACT_MILLISECONDS} ms")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    if arguments.smoke:
        return 0
    late = any(row["median"] > WANTED_MILLISECONDS for row in rows) or any(took > WANTED_ACT_MILLISECONDS for _, took in done)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
