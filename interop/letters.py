"""Letters with a mark of their own, and the shortest ways to send and read them with Python's own libraries."""

import imaplib
import smtplib
import ssl
import uuid
from contextlib import contextmanager

CRLF = b"\r\n"


def mark():
    """A text that no other letter holds."""
    return "mark-" + uuid.uuid4().hex


def letter(sender, recipient, marker, subject="A letter", body=b"Good day,\r\n\r\n.a line that begins with a dot\r\n"
                                                                 b"..and another\r\n\r\nYours\r\n"):
    """A complete letter with CRLF line ends; the marker is its Message-ID and stands in its body."""
    return (f"From: {sender}\r\nTo: {recipient}\r\nSubject: {subject}\r\n"
            f"Date: Sat, 21 Nov 2026 12:00:00 +0100\r\nMessage-ID: <{marker}@interop.test>\r\n"
            f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Transfer-Encoding: 8bit\r\n\r\n").encode() + body + marker.encode() + b"\r\n"


def send(port, sender, recipients, data, mail_options=(), rcpt_options=()):
    """Hands a letter to an SMTP server without authentication, as a stranger does."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.stranger.test", timeout=30) as smtp:
        return smtp.sendmail(sender, recipients, data, mail_options, rcpt_options)


def tls_context(relais):
    """Trusts the demo's own authority and checks names."""
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    return context


@contextmanager
def submission(relais, address, login=None, password=None):
    """An authenticated session on the submission port, over STARTTLS with a checked certificate."""
    smtp = smtplib.SMTP("localhost", relais.port("submission"), local_hostname="client.test", timeout=30)
    try:
        smtp.starttls(context=tls_context(relais))
        smtp.login(login or address, password or relais.password(address))
        yield smtp
    finally:
        try:
            smtp.quit()
        except smtplib.SMTPException:
            smtp.close()


@contextmanager
def imap_login(relais, address, password=None):
    """A logged-in IMAP session over implicit TLS with a checked certificate."""
    imap = imaplib.IMAP4_SSL("localhost", relais.port("imaps"), ssl_context=tls_context(relais), timeout=30)
    try:
        imap.login(address, password or relais.password(address))
        yield imap
    finally:
        try:
            imap.logout()
        except (imaplib.IMAP4.error, OSError):
            pass


def body_of(data):
    """What follows the first empty line: the part that no server on the way may touch."""
    return data.partition(CRLF + CRLF)[2] if CRLF + CRLF in data else data.partition(b"\n\n")[2]


def tail_from(data, header):
    """The letter from this header field on: what a server added stands before it."""
    at = data.find(header)
    assert at >= 0, f"{header!r} is not in {data[:2000]!r}"
    return data[at:]
