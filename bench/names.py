"""The DNS door beside Debian's NSD: the same zone, asked the same questions by dnsperf, in turn.

    python3 bench/names.py                  10,000 records, unsigned and signed
    python3 bench/names.py --smoke          a second or so, only to see that everything works

NSD has the signed zone from Relais itself, by zone transfer: both say the same octets.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "interop"))

from names import Nsd, dig, large_zone, questions, run, short  # noqa: E402
from peers import wait_until  # noqa: E402
from relais import PROGRAM, Relais  # noqa: E402

ZONE = "names.test"


def load(port, file, seconds, signatures):
    """Questions a second and what was lost."""
    options = ["-e", "-D"] if signatures else []
    text = run("dnsperf", "-s", "127.0.0.1", "-p", port, "-d", file, "-l", seconds, "-c", 8, "-T", 1, "-q", 200, *options,
               timeout_seconds=seconds + 60)
    lost = re.search(r"Queries lost:\s+\d+ \(([\d.]+)%\)", text)
    codes = re.search(r"Response codes:\s+(.*)", text).group(1)
    assert "NOERROR" in codes and "REFUSED" not in codes, text
    return float(re.search(r"Queries per second:\s+([\d.]+)", text).group(1)), float(lost.group(1)), codes


def transferred(relais, secret):
    """The zone as a file."""
    text = dig(relais.port("dns"), ZONE, "AXFR", options=["-y", f"hmac-sha256:transfer.names.test:{secret}", "+onesoa"])
    lines = [line for line in text.split("\n") if line and not line.startswith(";") and "\tTSIG\t" not in line]
    return "\n".join(lines) + "\n"


def compare(relais, secret, work, arguments, signatures):
    """One table row: both servers in turn, the medians."""
    name = "signed" if signatures else "unsigned"
    zone_file = work / f"{name}.zone"
    zone_file.write_text(transferred(relais, secret))
    file = work / "questions"
    file.write_text(questions(ZONE, arguments.records))
    sides = {"NSD": [], "Relais": []}
    with Nsd(work / f"nsd-{name}", ZONE, zone_file=zone_file, threads=arguments.threads) as nsd:
        wait_until(lambda: short(nsd.port, ZONE, "SOA"), "NSD to load the zone")
        for _ in range(arguments.rounds):
            for side, port in (("NSD", nsd.port), ("Relais", relais.port("dns"))):
                rate, lost, codes = load(port, file, arguments.seconds, signatures)
                print(f"{name}: {side} {rate:,.0f}/s, {lost} % lost, {codes}", file=sys.stderr)
                sides[side].append(rate)
    medians = {side: statistics.median(rates) for side, rates in sides.items()}
    return {"zone": name, **medians, "ratio": medians["Relais"] / medians["NSD"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--records", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--threads", type=int, default=2, help="processes of NSD; Relais has a thread for each processor")
    parser.add_argument("--relais", type=Path, default=PROGRAM)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    arguments.records = arguments.records or (300 if arguments.smoke else 10_000)
    arguments.seconds = arguments.seconds or (1 if arguments.smoke else 8)
    arguments.rounds = arguments.rounds or (1 if arguments.smoke else 3)
    rows = []
    with tempfile.TemporaryDirectory(prefix="relais-bench-names-", dir="/tmp") as directory:
        work = Path(directory)
        with Relais(work / "relais", program=arguments.relais) as relais:
            relais.command("zone", "create", ZONE)
            answer = relais.command("zone", "import", ZONE, "-", stdin=large_zone(ZONE, arguments.records))
            assert answer["refused"] == [], answer["refused"][:5]
            secret = relais.command("zone", "add-secondary", ZONE, "127.0.0.1:9", "--key", "transfer.names.test")["secret"]
            wait_until(lambda: short(relais.port("dns"), "host0." + ZONE), "the zone to be served")
            rows.append(compare(relais, secret, work, arguments, False))
            relais.command("zone", "sign", ZONE)
            wait_until(lambda: short(relais.port("dns"), ZONE, "DNSKEY"), "the zone to be signed")
            rows.append(compare(relais, secret, work, arguments, True))
    print("| zone | NSD | Relais | ratio | wanted |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {arguments.records:,} records, {row['zone']} | {row['NSD']:,.0f}/s | {row['Relais']:,.0f}/s "
              f"| {row['ratio']:.2f} | ≥ 0.5 |")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
