"""Evidence of letters, verified by an implementation that knows only the specification; and the command beside it."""

import copy
import json
import subprocess
from pathlib import Path

import pytest

from evidence import Refused, sha256, verify
from relais import REPOSITORY

TESTDATA = REPOSITORY / "crates" / "evidence" / "testdata"
BUNDLE = (TESTDATA / "read.evidence.json").read_bytes()
KEYS = json.loads((TESTDATA / "keys.json").read_text())
LETTER, ATTACHMENT = ((TESTDATA / name).read_bytes() for name in ("letter.eml", "lohn.pdf"))


def changed(change):
    """The example with a change, and with the digest of the file that fits it."""
    bundle = copy.deepcopy(json.loads(BUNDLE))
    change(bundle)
    bundle["digest"] = "0" * 64
    octets = json.dumps(bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return octets.replace(b'"digest":"' + b"0" * 64, b'"digest":"' + sha256(octets).hex().encode(), 1)


def statements(bundle):
    return bundle["letters"][0]["statements"]


def swap(bundle):
    one, two = statements(bundle)[1:3]
    statements(bundle)[1:3] = [two, one]


def flip(text, at):
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1:]


CHANGES = {
    "a missing statement": (lambda bundle: statements(bundle).pop(1), "chain"),
    "statements the other way round": (swap, "chain"),
    "another blind": (lambda bundle: statements(bundle)[0].update(blind=flip(statements(bundle)[0]["blind"], 3)), "log"),
    "another place": (lambda bundle: statements(bundle)[4]["logged"].update(index=5), "log"),
    "another salt": (lambda bundle: bundle["letters"][0].update(salt="00" * 32), "salt"),
    "told twice": (lambda bundle: bundle["letters"].append(bundle["letters"][0]), "chain"),
    "no certificate": (lambda bundle: bundle["certificates"].clear(), "seal"),
    "another size of the log": (lambda bundle: bundle["checkpoints"][0].update(note=bundle["checkpoints"][0]["note"].replace("\n8\n", "\n9\n")), "time"),
}


def test_the_example_is_proven():
    assert verify(BUNDLE, KEYS, [LETTER, ATTACHMENT]) == ["handed over"]


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_fails_by_its_claim(name, program, tmp_path):
    change, claim = CHANGES[name]
    octets = changed(change)
    with pytest.raises(Refused) as caught:
        verify(octets, KEYS)
    assert caught.value.args[0] == claim
    # The command says no too, and tells the same claim among those that failed.
    file = tmp_path / "changed.evidence.json"
    file.write_bytes(octets)
    done = command(program, file)
    assert done.returncode == 1, done.stderr
    failed = {one["claim"] for one in json.loads(done.stdout)["files"][0]["claims"] if one["outcome"] == "failed"}
    assert claim in failed


def test_a_flipped_octet_makes_the_file_unreadable():
    for at in range(0, len(BUNDLE), 97):
        octets = bytearray(BUNDLE)
        octets[at] ^= 1
        with pytest.raises((Refused, UnicodeDecodeError)):
            verify(bytes(octets), KEYS)


def test_another_document_fails():
    with pytest.raises(Refused) as caught:
        verify(BUNDLE, KEYS, [LETTER, ATTACHMENT + b" "])
    assert caught.value.args[0] == "document"


def test_the_command_needs_nothing_but_the_files(program, tmp_path):
    done = command(program, TESTDATA / "read.evidence.json", TESTDATA / "letter.eml", TESTDATA / "lohn.pdf", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["verdict"] == "proven" and report["files"][0]["letters"][0]["state"] == "handed over"
    assert report["keys"] == sha256((TESTDATA / "keys.json").read_bytes()).hex()
    damaged = tmp_path / "damaged.evidence.json"
    damaged.write_bytes(BUNDLE[:-1])
    assert command(program, damaged, cwd=tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == [damaged], "nothing was written"


def command(program, *files, cwd=None):
    arguments = [Path(program).resolve(), "evidence", "verify", *files, "--keys", TESTDATA / "keys.json", "--json"]
    return subprocess.run(arguments, cwd=cwd, capture_output=True, text=True, timeout=60)
