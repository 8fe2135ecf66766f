"""A thousand registered payslips through SMTP with AUTH and through SOAP, as payroll programs send them: how long until the
last one is ours, until every statement about them is time-stamped, and until every receipt is with its sender.

    python3 bench/payslips.py            a thousand by each way
    python3 bench/payslips.py --smoke    twenty, only to see that everything works

Each payslip is one page of PDF to one person with a mailbox here. OpenSSL's `ts` stamps, beside the demo, one time-stamp for
each batch; the number of stamps is told. Processor time is the server's alone.
"""

import argparse
import base64
import email.message
import http.client
import random
import smtplib
import sqlite3
import ssl
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "interop"))

from manager import processor_milliseconds  # noqa: E402
from peers import wait_until  # noqa: E402
from relais import PROGRAM, Relais  # noqa: E402

SENDER = "anna@valbois.test"
EMPLOYEE = "bruno+{}@valbois.test"
# A page with a logo and a table, as office programs print it.
PDF_OCTETS = 30_000
PATIENCE_SECONDS = 600


def payslip(number):
    """Octets that do not compress, as a PDF's streams do not."""
    return b"%PDF-1.7\n" + random.Random(number).randbytes(PDF_OCTETS - 15) + b"\n%%EOF\n"


def letter(number):
    message = email.message.EmailMessage()
    message["From"], message["To"] = SENDER, EMPLOYEE.format(number)
    message["Subject"] = f"<im><r> Payslip {number}"
    message.set_content("Enclosed.\n")
    message.add_attachment(payslip(number), "application", "pdf", filename=f"payslip-{number}.pdf")
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


def request(number):
    pdf = base64.b64encode(payslip(number)).decode()
    return f"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendMessage xmlns="urn:relais:soap:send:3.0">\
<clientRef>payslip-{number}</clientRef><from>{SENDER}</from><to><address>{EMPLOYEE.format(number)}</address></to>\
<subject>Payslip {number}</subject><text><plain>Enclosed.</plain></text>\
<attachment><fileName>payslip.pdf</fileName><mediaType>application/pdf</mediaType><content>{pdf}</content></attachment>\
<mode>registered</mode></SendMessage></s:Body></s:Envelope>""".encode()


def by_smtp(relais, account, numbers):
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    with smtplib.SMTP("localhost", relais.port("submission"), local_hostname="payroll.test", timeout=60) as smtp:
        smtp.starttls(context=context)
        smtp.login(account["login"], account["password"])
        for number in numbers:
            assert smtp.sendmail(SENDER, [EMPLOYEE.format(number)], letter(number)) == {}


def by_soap(relais, account, numbers):
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    basic = base64.b64encode(f"{account['login']}:{account['password']}".encode()).decode()
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"urn:relais:soap:send:3.0/SendMessage"',
               "Authorization": f"Basic {basic}"}
    connection = http.client.HTTPSConnection("localhost", relais.port("https"), context=context, timeout=60)
    for number in numbers:
        connection.request("POST", "/3.0/", request(number), headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
    connection.close()


def send(way, relais, account, count, sessions):
    """Sends from several sessions at once."""
    failures = []

    def work(numbers):
        try:
            way(relais, account, numbers)
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(range(first, count, sessions),)) for first in range(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def asked(relais, statement):
    with sqlite3.connect(f"file:{relais.data / 'relais.db'}?mode=ro", uri=True) as database:
        return database.execute(statement).fetchone()[0]


def measured(way, relais, account, count, sessions):
    """Seconds until all are ours, are stamped, have their receipts; the server's processor time; time-stamps."""
    letters = asked(relais, "SELECT count(*) FROM secure_letter")
    stamps = "SELECT count(*) FROM secure_checkpoint WHERE token IS NOT NULL"
    before, used, began = asked(relais, stamps), processor_milliseconds(relais.process.pid), time.perf_counter()
    send(way, relais, account, count, sessions)
    ours = time.perf_counter() - began
    assert asked(relais, "SELECT count(*) FROM secure_letter") == letters + count
    wait_until(lambda: asked(relais, "SELECT count(*) FROM secure_statement WHERE log_index IS NULL") == 0
               and asked(relais, "SELECT size - stamped FROM secure_log") == 0, "every statement to be stamped", PATIENCE_SECONDS)
    stamped = time.perf_counter() - began
    wait_until(lambda: asked(relais, "SELECT count(*) FROM secure_notice WHERE sequence IS NOT NULL") == 0,
               "every receipt to be sent", PATIENCE_SECONDS)
    told = time.perf_counter() - began
    used = processor_milliseconds(relais.process.pid) - used
    return ours, stamped, told, used / 1000, asked(relais, stamps) - before


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--count", type=int)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--relais", type=Path, default=PROGRAM)
    arguments = parser.parse_args()
    count = arguments.count or (20 if arguments.smoke else 1000)
    with tempfile.TemporaryDirectory(prefix="relais-bench-payslips-", dir="/var/tmp") as directory:
        with Relais(Path(directory) / "relais", program=arguments.relais) as relais:
            account = relais.command("application", "create", "payroll", "--sender", SENDER, "--hourly", 10 * count)
            print("| way | ours after | time-stamped after | receipts sent after | processor | time-stamps |\n|---|---|---|---|---|---|")
            for name, way in [("SMTP AUTH", by_smtp), ("SOAP", by_soap)]:
                ours, stamped, told, used, stamps = measured(way, relais, account, count, arguments.sessions)
                print(f"| {name} | {ours:.1f} s ({count / ours:.0f}/s) | {stamped:.1f} s | {told:.1f} s | {used:.1f} s | {stamps} |", flush=True)


if __name__ == "__main__":
    main()
