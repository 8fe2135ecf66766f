"""The SPF test suites of RFC 7208 and RFC 4408, and a checker that is not ours, as they ship in the source of PyPI's pyspf:
fetched by name, never copied."""

import importlib.util
import subprocess
import sys
import tarfile

import yaml
from scripted_dns import SERVFAIL

SOURCE = "pyspf==2.0.14"
SUITES = ["rfc7208-tests.yml", "rfc4408-tests.yml"]
CHECKER = "spf.py"


def fetch(directory):
    """The path of the folder that holds the suites and the checker."""
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                    "--no-binary", ":all:", "--dest", str(directory), SOURCE],
                   stdin=subprocess.DEVNULL, check=True)
    (source,) = directory.glob("pyspf-*.tar.gz")
    with tarfile.open(source) as archive:
        for member in archive.getmembers():
            name = member.name.rsplit("/", 1)[-1]
            if member.isfile() and name in [*SUITES, CHECKER]:
                (directory / name).write_bytes(archive.extractfile(member).read())
    return directory


def checker(directory, resolver):
    """pyspf itself, which asks the resolver at this address, port 53."""
    import dns.resolver
    spec = importlib.util.spec_from_file_location("spf", fetch(directory) / CHECKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dns.resolver.default_resolver = dns.resolver.Resolver(configure=False)
    dns.resolver.default_resolver.nameservers = [resolver]
    return module


def scenarios(path):
    """(description, cases by name, zone for a ScriptedDns) of each part of a suite."""
    for part in yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader):
        yield part.get("description", ""), part["tests"], zone(part["zonedata"])


def zone(data):
    return {name.lower(): list(_records(records)) for name, records in data.items()}


def _records(records):
    # SPF stands for TXT unless TXT records say themselves what there is.
    has_text = any(isinstance(record, dict) and "TXT" in record for record in records)
    for record in records:
        if record == "TIMEOUT":
            yield SERVFAIL
            continue
        for kind, value in record.items():
            if value == "TIMEOUT":
                # Type 99 is out of use (RFC 7208 §3.1); who asks for TXT waits in vain as well.
                yield ("TXT" if kind == "SPF" and not has_text else kind), SERVFAIL
            elif kind in ("SPF", "TXT"):
                if value != "NONE" and not (kind == "SPF" and has_text):
                    strings = [value] if isinstance(value, str) else value
                    # YAML's \xEF is a character; in DNS it is an octet.
                    yield "TXT", [text.encode("latin-1", "replace") for text in strings]
            else:
                yield kind, value


def expected(case):
    """The results that are right, the preferred first."""
    return case["result"] if isinstance(case["result"], list) else [case["result"]]
