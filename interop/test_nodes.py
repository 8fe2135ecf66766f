"""Two nodes of one installation, each a mail exchanger and a name server of its domain, on one PostgreSQL and one object
store: a stranger's Postfix goes by the DNS alone, and one node is stopped. Ports are those of the internet, on addresses of
loopback."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conftest import ANNA, EVE
from letters import letter, mark, send
from names import free_loopback, missing_tools, run
from peers import Postfix
from relais import Served

ZONE = "valbois.test"


class ObjectStore(ThreadingHTTPServer):
    """As much of S3 as keeps whole objects, in memory: whoever signs in is believed."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self):
            self.server.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(200)

        def do_GET(self):
            found = self.server.objects.get(self.path)
            if found is None:
                return self.answer(404)
            if "Range" in self.headers:
                first, last = self.headers["Range"].removeprefix("bytes=").split("-")
                last = min(int(last or len(found)), len(found) - 1)
                return self.answer(206, found[int(first):last + 1], f"bytes {first}-{last}/{len(found)}")
            self.answer(200, found)

        def answer(self, status, octets=b"", part=None):
            self.send_response(status)
            self.send_header("Content-Length", str(len(octets)))
            self.send_header("ETag", '"1"')
            self.send_header("Last-Modified", "Sat, 21 Nov 2026 12:00:00 GMT")
            if part:
                self.send_header("Content-Range", part)
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Answers)
        self.objects = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return (f"s3://bucket/mail?endpoint=http://127.0.0.1:{self.server_address[1]}&region=test"
                "&access_key_id=key&secret_access_key=secret&allow_http=true")


class Node(Served):
    """One of the nodes: what each has of its own, and what they share."""

    def __init__(self, name, directory, address, database_url, bodies_url):
        super().__init__(directory / name, database_url)
        self.address, self.host = address, f"{name}.{ZONE}"
        path = self.data / "relais.toml"
        text = path.read_text().replace('hostname = "mail.valbois.test"', f'hostname = "{self.host}"\nname = "{name}"')
        text = text.replace("smtp = [", f'dns = ["{address}:53"]\nsmtp = ["{address}:25", ')
        path.write_text(text + f'\n[blobs]\nurl = "{bodies_url}"\n\n[secure]\nvault = "{directory}/vault.key"\n')


@pytest.fixture(scope="module")
def nodes(work, postgres_url):
    assert not missing_tools("dig"), "scripts/test install"
    store = ObjectStore()
    directory = work / "nodes"
    directory.mkdir()
    first, second = nodes = [Node(name, directory, free_loopback(25, 53), postgres_url, store.url) for name in ("gw1", "gw2")]
    first.command("organisation", "create", first.ORGANISATION)
    places = [part for place, node in enumerate(nodes, 1) for part in (
        "--exchanger", f"{place}0,{node.host},{node.address}", "--name-server", f"ns{place}.{ZONE},{node.address}")]
    first.command("installation", "change", "--hostname", f"mail.{ZONE}", *places)
    first.command("zone", "create", ZONE)
    first.command("domain", "create", ZONE)
    first.command("address", "create", ANNA)
    password = first.command("device-password", "create", ANNA, "--label", "test")["password"]
    for node in nodes:
        node.facts["addresses"].append({"address": ANNA, "password": password})
    with first, second:
        yield first, second
    store.shutdown()


def test_letters_arrive_by_the_second_node_while_the_first_one_is_stopped(nodes, work):
    first, second = nodes
    exchangers = run("dig", f"@{second.address}", "+short", ZONE, "MX").splitlines()
    assert sorted(exchangers) == [f"10 {first.host}.", f"20 {second.host}."]
    postfix = Postfix(work / "nodes-stranger", extra={
        "smtp_dns_support_level": "enabled", "smtp_host_lookup": "dns", "smtp_connection_cache_on_demand": "no"})
    postfix.ask(first.address, second.address)
    with postfix:
        before = mark()
        send(postfix.port, EVE, [ANNA], letter(EVE, ANNA, before))
        assert f"by {first.host}".encode() in first.wait_for_letter(ANNA, before.encode())
        assert first.stop() == 0
        after = mark()
        send(postfix.port, EVE, [ANNA], letter(EVE, ANNA, after))
        assert f"by {second.host}".encode() in second.wait_for_letter(ANNA, after.encode())
    # What came by the other node is read here as well.
    second.wait_for_letter(ANNA, before.encode())
