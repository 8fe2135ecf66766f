"""A name server that says what a test wants it to say: over UDP and TCP, on a free port of loopback."""

import ipaddress
import socket
import struct
import threading

from dnslib import AAAA, CNAME, EDNS0, MX, PTR, QTYPE, RCODE, RR, TXT, A, DNSHeader, DNSRecord

SERVFAIL = object()
ANSWER_LIMIT_BYTES = 1232


def _rdata(kind, value):
    if kind == "A":
        return A(value)
    if kind == "AAAA":
        return AAAA(tuple(ipaddress.IPv6Address(value).packed))
    if kind == "TXT":
        strings = [value] if isinstance(value, (str, bytes)) else list(value)
        strings = [text.encode() if isinstance(text, str) else text for text in strings]
        return TXT([text[at:at + 255] for text in strings for at in range(0, max(len(text), 1), 255)] or [b""])
    if kind == "MX":
        return MX(value[1], value[0])
    return {"PTR": PTR, "CNAME": CNAME}[kind](value)


class ScriptedDns:
    """`zone` maps a name in lower case to a list of (type, value); the value SERVFAIL makes that type fail, and
    SERVFAIL alone in the list everything that does not stand before it. May be changed while it runs: whoever asked may
    remember an answer for `ttl` seconds."""

    def __init__(self, zone=None, ttl=60):
        self.zone = zone if zone is not None else {}
        self.ttl = ttl

    def __enter__(self):
        for _ in range(20):
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind(("127.0.0.1", 0))
            self.port = self.udp.getsockname()[1]
            self.tcp = socket.socket()
            try:
                self.tcp.bind(("127.0.0.1", self.port))
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
        self.tcp.listen(20)
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._serve_udp, daemon=True).start()
        threading.Thread(target=self._serve_tcp, daemon=True).start()
        return self

    def __exit__(self, *_):
        # A close alone does not wake who waits in accept or recvfrom.
        for end in (self.udp, self.tcp):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def _serve_udp(self):
        while True:
            try:
                question, peer = self.udp.recvfrom(4096)
                if not question:
                    return
                answer = self.answer(question, ANSWER_LIMIT_BYTES)
                self.udp.sendto(answer, peer)
            except OSError:
                return

    def _serve_tcp(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection):
        with connection, connection.makefile("rb") as stream:
            while len(length := stream.read(2)) == 2:
                answer = self.answer(stream.read(struct.unpack("!H", length)[0]), 65535)
                connection.sendall(struct.pack("!H", len(answer)) + answer)

    def answer(self, question, limit):
        query = DNSRecord.parse(question)
        reply = DNSRecord(DNSHeader(id=query.header.id, qr=1, aa=1, ra=1, rd=query.header.rd), q=query.q)
        if any(extra.rtype == QTYPE.OPT for extra in query.ar):
            reply.add_ar(EDNS0(udp_len=ANSWER_LIMIT_BYTES))
        # The labels as they are: their text has escapes for what is no letter.
        kind, name = QTYPE[query.q.qtype], b".".join(query.q.qname.label).decode("latin-1")
        for _ in range(8):
            records = self.zone.get(name.lower())
            if records is None:
                if not any(known.endswith("." + name.lower()) for known in self.zone) and not reply.rr:
                    reply.header.rcode = RCODE.NXDOMAIN
                break
            found = []
            failed = False
            for record in records:
                if record is SERVFAIL:
                    failed = not found
                    break
                if record[0] == kind:
                    failed = record[1] is SERVFAIL
                    if failed:
                        break
                    found.append(record[1])
            if failed:
                reply.header.rcode = RCODE.SERVFAIL
                break
            alias = next((value for known, value in (r for r in records if r is not SERVFAIL) if known == "CNAME"), None)
            if found or alias is None or kind == "CNAME":
                for value in found:
                    reply.add_answer(RR(name, getattr(QTYPE, kind), rdata=_rdata(kind, value), ttl=self.ttl))
                break
            reply.add_answer(RR(name, QTYPE.CNAME, rdata=CNAME(alias), ttl=self.ttl))
            name = alias.rstrip(".")
        packed = reply.pack()
        if len(packed) > limit:
            reply.rr = []
            reply.header.tc = 1
            packed = reply.pack()
        return packed
