"""`openssl ts` behind HTTP on loopback: a time-stamp authority (RFC 3161 §3.4) that nobody here wrote."""

import http.server
import subprocess
import threading
from pathlib import Path

CONFIGURATION = """[ tsa ]
default_tsa = one
[ one ]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
clock_precision_digits = 3
ess_cert_id_alg = sha256
"""


class TimeStamps:
    """An authority with a root of its own in `directory`."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir()
        self.roots = self.directory / "root.pem"
        self.asked = 0
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/O=Horloge suisse/CN=Racine",
                      "-addext", "basicConstraints=critical,CA:TRUE", "-days", "30", "-keyout", "root.key", "-out", "root.pem")
        (self.directory / "extensions").write_text("keyUsage = critical, digitalSignature\nextendedKeyUsage = critical, timeStamping\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/O=Horloge suisse/CN=Horloge",
                      "-keyout", "clock.key", "-out", "clock.request")
        self._openssl("x509", "-req", "-in", "clock.request", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "20",
                      "-extfile", "extensions", "-out", "clock.pem")
        (self.directory / "tsa.conf").write_text(CONFIGURATION)
        (self.directory / "serial").write_text("01\n")
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                assert self.headers["Content-Type"] == "application/timestamp-query"
                answer = authority._stamp(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        # One after the other: the serial numbers lie in a file.
        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def _openssl(self, *command):
        subprocess.run(["openssl", *command], cwd=self.directory, check=True, capture_output=True)

    def _stamp(self, query):
        (self.directory / "query").write_bytes(query)
        self._openssl("ts", "-reply", "-config", "tsa.conf", "-queryfile", "query", "-signer", "clock.pem", "-inkey", "clock.key", "-out", "reply")
        self.asked += 1
        return (self.directory / "reply").read_bytes()

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
