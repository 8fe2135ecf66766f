"""Answers that a stranger slips in: a forged one does not know in which letters the question was written (RFC 5452 §9.3)."""

import json
import subprocess

from dnslib import DNSRecord, QTYPE
from scripted_dns import ANSWER_LIMIT_BYTES, ScriptedDns

NAME = "a-name-with-letters-enough-to-draw-from.test"


class Forged(ScriptedDns):
    """Over UDP somebody else is faster, who allows everybody, but does not see the question; TCP is the name server itself."""

    def __init__(self, knows_the_letters):
        super().__init__()
        self.knows_the_letters = knows_the_letters
        self.asked = []

    def answer(self, question, limit):
        is_udp = limit == ANSWER_LIMIT_BYTES
        query = DNSRecord.parse(question)
        labels = query.q.qname.label
        self.asked.append((b".".join(labels).decode(), is_udp))
        self.zone = {NAME: [("TXT", "v=spf1 +all" if is_udp else "v=spf1 -all")]}
        answer = super().answer(question, limit)
        if is_udp and QTYPE[query.q.qtype] == "TXT" and not self.knows_the_letters:
            for label in labels:
                answer = answer.replace(label, label.lower())
        return answer


def result(program, dns):
    told = subprocess.run([program, "judge", "spf", "--ip", "192.0.2.1", "--helo", f"h.{NAME}", "--from", f"a@{NAME}", "--dns",
                           dns.address, "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)["result"]


def test_an_answer_in_other_letters_than_the_question_is_not_believed(program):
    # Whoever sees the question can answer it: this is what the letters are for, and all they are for.
    with Forged(knows_the_letters=True) as dns:
        assert result(program, dns) == "pass"
        assert all(is_udp for _, is_udp in dns.asked)
    with Forged(knows_the_letters=False) as dns:
        assert result(program, dns) == "fail"
        assert any(is_udp for _, is_udp in dns.asked) and any(not is_udp for _, is_udp in dns.asked)


def test_the_letters_of_each_question_are_drawn_anew(program):
    spellings = set()
    for _ in range(3):
        with Forged(knows_the_letters=True) as dns:
            result(program, dns)
            spellings |= {name for name, _ in dns.asked if name.lower() == NAME}
    assert len(spellings) == 3, spellings
