"""SCRAM-SHA-256 from the client's side (RFC 5802 §3, RFC 7677), because neither swaks nor smtplib speaks it."""

import base64
import hashlib
import hmac
import os


class Scram:
    """Gives the client's two messages, and checks that the server knows the password's keys too."""

    def __init__(self, user, password):
        self.password = password
        self.nonce = base64.b64encode(os.urandom(18)).decode()
        self.first_bare = f"n={user.replace('=', '=3D').replace(',', '=2C')},r={self.nonce}"

    def first(self):
        return "n,," + self.first_bare

    def final(self, server_first):
        fields = dict(field.split("=", 1) for field in server_first.split(","))
        assert fields["r"].startswith(self.nonce) and len(fields["r"]) > len(self.nonce)
        assert int(fields["i"]) >= 4096
        salted = hashlib.pbkdf2_hmac("sha256", self.password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        without_proof = f"c=biws,r={fields['r']}"
        signed = f"{self.first_bare},{server_first},{without_proof}".encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
        proof = bytes(one ^ other for one, other in zip(client_key, signature))
        self.server_signature = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), signed, "sha256")
        return f"{without_proof},p={base64.b64encode(proof).decode()}"

    def check(self, server_final):
        assert base64.b64decode(dict([server_final.split("=", 1)])["v"]) == self.server_signature
