"""mbsync between two IMAP servers, and what both hold afterwards."""

import imaplib
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Side:
    """One account on one server; with `ca_certificate` over implicit TLS, without it in the clear."""

    port: int
    user: str
    password: str
    ca_certificate: str | None = None

    def connect(self):
        if self.ca_certificate:
            import ssl
            imap = imaplib.IMAP4_SSL("localhost", self.port, timeout=30,
                                     ssl_context=ssl.create_default_context(cafile=self.ca_certificate))
        else:
            imap = imaplib.IMAP4("localhost", self.port, timeout=30)
        imap.login(self.user, self.password)
        return imap

    def configuration(self, name):
        tls = f"SSLType IMAPS\nCertificateFile {self.ca_certificate}\n" if self.ca_certificate else "SSLType None\n"
        return (f"IMAPAccount {name}\nHost localhost\nPort {self.port}\nUser {self.user}\nPass {self.password}\n"
                f"{tls}AuthMechs LOGIN\n\nIMAPStore {name}\nAccount {name}\n\n")

    def holds(self, folder):
        """Every letter of a folder: bytes → (flags without \\Recent, internal date), as a sorted list."""
        imap = self.connect()
        try:
            status, _ = imap.select(quoted(folder), readonly=True)
            assert status == "OK", f"no folder {folder} for {self.user}"
            _, found = imap.uid("SEARCH", "ALL")
            if not found[0]:
                return []
            _, answer = imap.uid("FETCH", "1:*", "(FLAGS INTERNALDATE BODY.PEEK[])")
            held = []
            # imaplib gives a pair per literal; what follows the literal may hold the rest of the attributes.
            for at, part in enumerate(answer):
                if isinstance(part, tuple):
                    after = answer[at + 1] if at + 1 < len(answer) and isinstance(answer[at + 1], bytes) else b""
                    attributes = part[0] + b" " + after
                    flags = sorted(set(re.search(rb"FLAGS \(([^)]*)\)", attributes)[1].split()) - {b"\\Recent"})
                    date = imaplib.Internaldate2tuple(re.search(rb'INTERNALDATE "[^"]*"', attributes)[0])
                    # mbsync marks each copy that it makes with a header line of its own; nothing else may differ.
                    held.append((re.sub(rb"X-TUID: [^\r\n]{12}\r\n", b"", part[1]), flags, date))
            return sorted(held, key=lambda entry: entry[0])
        finally:
            imap.logout()

    def append(self, folder, data, flags="", date=None):
        imap = self.connect()
        try:
            status, answer = imap.append(quoted(folder), flags or None, date, data)
            assert status == "OK", answer
        finally:
            imap.logout()

    def change(self, folder, marker, operation, flags):
        """STOREs flags on the letter that holds this marker in its Message-ID."""
        imap = self.connect()
        try:
            imap.select(quoted(folder))
            _, found = imap.uid("SEARCH", "HEADER", "Message-ID", marker)
            assert found[0], f"{marker} is not in {folder} of {self.user}"
            status, answer = imap.uid("STORE", found[0].decode(), operation, flags)
            assert status == "OK", answer
        finally:
            imap.logout()

    def create(self, folder):
        imap = self.connect()
        try:
            status, answer = imap.create(quoted(folder))
            assert status == "OK", answer
        finally:
            imap.logout()

    def expunge(self, folder):
        imap = self.connect()
        try:
            imap.select(quoted(folder))
            imap.expunge()
        finally:
            imap.logout()


def quoted(folder):
    return '"' + folder + '"'


class Sync:
    """A channel between two sides over these folders; its state lives in `directory`."""

    def __init__(self, directory, far, near, patterns):
        self.directory = Path(directory)
        (self.directory / "state").mkdir(parents=True)
        self.file = self.directory / "mbsyncrc"
        self.file.write_text(
            far.configuration("far") + near.configuration("near") +
            "Channel both\nFar :far:\nNear :near:\n"
            f"Patterns {' '.join(quoted(pattern) for pattern in patterns)}\n"
            "Create Both\nRemove Both\nExpunge Both\nCopyArrivalDate yes\n"
            f"SyncState {self.directory}/state/\n")
        self.file.chmod(0o600)

    def run(self):
        answer = subprocess.run(["mbsync", "-V", "-c", str(self.file), "both"], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=120)
        assert answer.returncode == 0, f"mbsync: {answer.returncode}\n{answer.stdout}\n{answer.stderr}"
        return answer.stdout
