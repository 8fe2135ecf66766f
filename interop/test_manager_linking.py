"""Seed 002 in a real browser, step by step with its own labels: link a domain of the organisation, make it the main one
while swaks sends under both names, unlink the former one. mbsync, imaplib and dig see what changed, and what did not."""

import imaplib
import re
import smtplib
import subprocess
import threading

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults
from letters import imap_login, letter, mark, submission
from names import short
from peers import wait_until
from relais import Relais

OLD, NEW = "valbois.test", "bois.test"
EVE = "eve@stranger.test"
SWAKS = ["swaks", "--server", "127.0.0.1", "--helo", "client.stranger.test", "--timeout", "30", "--hide-all"]


@pytest.fixture(scope="module")
def relais(work):
    """One of its own: its addresses get other names here."""
    with Relais(work / "linking") as relais:
        yield relais


def ended(relais, operation):
    """An operation once it has ended."""
    def look():
        _, found = relais.api_answer("GET", f"/domain-operations/{operation['id']}")
        return found if found["state"] != "running" else None
    return wait_until(look, "the end of the operation", timeout_seconds=30)


def shoot(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"linking-{name}.png", full_page=True)


def swaks(relais, to, marker):
    """swaks' exit status: 0 is taken, 24 is a recipient that is refused."""
    return subprocess.run(
        [*SWAKS, "--port", str(relais.port("smtp")), "--from", EVE, "--to", to, "--header", f"Message-Id: <{marker}@x>",
         "--body", marker], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


class Flow:
    """Letters to these addresses, one after the other, until it is left."""

    def __init__(self, relais, *recipients):
        self.relais, self.recipients = relais, recipients
        self.sent, self.refused, self.stop = [], [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        number = 0
        while not self.stop.is_set():
            marker = mark()
            answer = swaks(self.relais, self.recipients[number % len(self.recipients)], marker)
            number += 1
            (self.refused if answer.returncode else self.sent).append(marker)

    def __enter__(self):
        self.thread.start()
        wait_until(lambda: len(self.sent) + len(self.refused) >= 4, "the first letters")
        return self

    def __exit__(self, *_):
        count = len(self.sent)
        wait_until(lambda: len(self.sent) >= count + 4 or self.refused, "letters after it")
        self.stop.set()
        self.thread.join(60)


def markers(relais, login, password):
    """The marks of all letters in the inbox."""
    with imap_login(relais, login, password) as imap:
        imap.select("INBOX", readonly=True)
        _, answer = imap.uid("FETCH", "1:*", "(BODY.PEEK[])")
        text = b"".join(part[1] for part in answer if isinstance(part, tuple))
        return re.findall(rb"Message-Id: <(mark-[0-9a-f]+)@x>", text)


def seen(relais, login, password):
    """What a mailbox is to a program that synchronises: for each folder UIDVALIDITY, UIDNEXT, each UID with its flags
    and its octets."""
    folders = {}
    with imap_login(relais, login, password) as imap:
        for line in imap.list()[1]:
            name = line.decode().rsplit(' "/" ', 1)[1]
            imap.select(name, readonly=True)
            status = imap.status(name, "(UIDVALIDITY UIDNEXT)")[1][0]
            _, answer = imap.uid("FETCH", "1:*", "(FLAGS INTERNALDATE BODY.PEEK[])")
            # \\Recent is of this session.
            letters = [part if isinstance(part, bytes) else part[0].replace(b" \\Recent", b"").replace(b"\\Recent", b"")
                       + part[1] for part in answer if part]
            folders[name] = (status, letters)
    return folders


class Mirror:
    """mbsync into a Maildir; what lies there."""

    def __init__(self, relais, directory, password):
        self.relais, self.directory, self.password = relais, directory, password
        (directory / "mail").mkdir(parents=True)
        (directory / "state").mkdir()

    def run(self, user):
        file = self.directory / "mbsyncrc"
        file.write_text(
            f"IMAPAccount far\nHost localhost\nPort {self.relais.port('imaps')}\nUser {user}\nPass {self.password}\n"
            f"SSLType IMAPS\nCertificateFile {self.relais.ca_certificate}\nAuthMechs LOGIN\n\n"
            "IMAPStore far\nAccount far\n\n"
            f"MaildirStore near\nPath {self.directory}/mail/\nInbox {self.directory}/mail/Inbox\nSubFolders Verbatim\n\n"
            "Channel both\nFar :far:\nNear :near:\nPatterns *\nCreate Near\nSync All\nExpunge None\n"
            f"SyncState {self.directory}/state/\n")
        file.chmod(0o600)
        answer = subprocess.run(["mbsync", "-c", str(file), "both"], stdin=subprocess.DEVNULL, capture_output=True,
                                text=True, timeout=120)
        assert answer.returncode == 0, answer
        files = [path for path in self.directory.glob("mail/**/*") if path.is_file()]
        return {str(path.relative_to(self.directory)): path.read_bytes() for path in files}


def domains_page(page, relais):
    """The mail service, then Gestion des domaines › Domaines liés au service."""
    page.goto(relais.facts["urls"]["manager"] + "services")
    page.locator("main tbody").get_by_role("link").first.click()
    page.locator("main").get_by_role("link", name="Domaines liés au service").click()
    menu = page.locator("nav.side")
    expect(menu.get_by_text("Gestion des domaines")).to_be_attached()
    expect(menu.get_by_role("link", name="Domaines liés au service", include_hidden=True)).to_have_attribute(
        "aria-current", "page")
    expect(page.get_by_role("heading", level=1)).to_have_text("Domaines liés au service")


def of(page, domain):
    return page.locator(f'li[data-domain="{domain}"]')


def choose(page, domain, action):
    """⋮ to the right of a domain, then what is to be done."""
    of(page, domain).get_by_text("⋮").click()
    of(page, domain).get_by_role("link", name=action).click()


def exchangers(relais, domain):
    return sorted(short(relais.port("dns"), domain, "MX"))


def test_a_linked_domain_becomes_the_main_one_while_mail_flows_and_the_former_one_is_unlinked(page, relais, tmp_path):
    anna, bruno = relais.password(f"anna@{OLD}"), relais.password(f"bruno@{OLD}")
    with submission(relais, f"anna@{OLD}") as smtp:
        smtp.sendmail(f"anna@{OLD}", [f"bruno@{OLD}"], letter(f"anna@{OLD}", f"bruno@{OLD}", mark()))
    relais.wait_for_letter(f"bruno@{OLD}", b"Yours")
    with imap_login(relais, f"bruno@{OLD}") as imap:
        imap.select("INBOX")
        imap.store("1", "+FLAGS", r"(\Flagged \Seen kept)")
    mirror = Mirror(relais, tmp_path / "mirror", bruno)
    before, mirrored = seen(relais, f"bruno@{OLD}", bruno), mirror.run(f"bruno@{OLD}")
    assert mirrored

    # The domain exists in the organisation.
    page.goto(relais.facts["urls"]["manager"] + "domains/new")
    page.locator("#field-name").fill(NEW)
    page.locator("main").get_by_role("button").last.click()
    expect(page.locator("h1", has_text=NEW)).to_be_visible()
    assert exchangers(relais, NEW) == []

    domains_page(page, relais)
    shoot(page, "one")
    page.get_by_role("link", name="Ajouter un domaine lié").click()
    page.get_by_role("radio", name=NEW).check()
    shoot(page, "add")
    page.locator("#existing").get_by_role("button", name="Lier ce domaine").click()
    expect(of(page, NEW)).to_contain_text("Lié")
    # It came by itself: nobody reloaded the page.
    expect(page.get_by_text("terminé").first).to_be_visible()
    wait_until(lambda: exchangers(relais, NEW), "the zone with its mail records")
    assert exchangers(relais, NEW) == exchangers(relais, OLD)

    with Flow(relais, f"anna@{OLD}", f"anna@{NEW}") as flow:
        choose(page, NEW, "Définir comme domaine principal")
        expect(page.get_by_text(re.compile(rf"adresses? en @{OLD}"))).to_be_visible()
        shoot(page, "main")
        page.get_by_role("button", name="Confirmer l’inversion").click()
        expect(of(page, NEW)).to_contain_text("Principal")
        expect(of(page, OLD)).to_contain_text("Lié")
        page.reload()
        operation = page.locator("details.operation").first
        operation.locator("summary").click()
        expect(operation).to_contain_text("3 étapes sur 3")
        expect(operation).to_contain_text(f"portent désormais le nom @{NEW}")
        shoot(page, "turned")
    assert not flow.refused
    wait_until(lambda: len(markers(relais, f"anna@{NEW}", anna)) >= len(flow.sent), "every letter that was taken")
    assert sorted(markers(relais, f"anna@{NEW}", anna)) == sorted(marker.encode() for marker in flow.sent)

    # The same mailbox to whoever has it, under each name.
    for name in (OLD, NEW):
        assert seen(relais, f"bruno@{name}", bruno) == before, name
        assert mirror.run(f"bruno@{name}") == mirrored, name
    # Both names may be written, and each letter is signed in the name of its own domain.
    for name in (NEW, OLD):
        marker = mark()
        with submission(relais, f"bruno@{OLD}", password=bruno) as smtp:
            smtp.sendmail(f"bruno@{name}", [f"anna@{OLD}"], letter(f"bruno@{name}", f"anna@{OLD}", marker))

        def arrived(marker=marker):
            with imap_login(relais, f"anna@{NEW}", anna) as imap:
                imap.select("INBOX", readonly=True)
                _, found = imap.uid("SEARCH", "HEADER", "Message-ID", marker)
                if not found[0]:
                    return None
                return imap.uid("FETCH", found[0].decode(), "(BODY.PEEK[HEADER])")[1][0][1]
        signed = re.findall(rb"DKIM-Signature:[^:]*?d=([a-z.]+);", wait_until(arrived, "the letter"), re.DOTALL)
        assert set(signed) == {name.encode()}
    with submission(relais, f"bruno@{NEW}", password=bruno) as smtp, pytest.raises(smtplib.SMTPResponseException):
        smtp.sendmail(f"anna@{NEW}", [f"anna@{OLD}"], letter(f"anna@{NEW}", f"anna@{OLD}", mark()))

    # Its hosts would go with it: that is refused, until they are deleted.
    choose(page, OLD, "Délier le domaine")
    expect(page.get_by_role("alert")).to_contain_text("Supprimez d’abord ses hôtes")
    for host in ("hote1", "hote2", "hote3"):
        relais.command("mail-server", "delete", host)
        relais.command("host", "delete", host)
    relais.command("mail-server", "apply")
    # What unlinking means is said in numbers before.
    domains_page(page, relais)
    choose(page, OLD, "Délier le domaine")
    expect(page.get_by_text(re.compile(rf"cesseront de répondre sous @{OLD}"))).to_be_visible()
    expect(page.get_by_text(f"anna@{OLD}")).to_be_visible()
    shoot(page, "unlink")
    found = faults(page)
    assert not found, found
    page.get_by_role("button", name="Confirmer le détachement").click()
    expect(of(page, NEW)).to_be_visible()
    # Nor here: the page is renewed until the operation has ended, even if that was before anybody listened.
    expect(of(page, OLD)).to_have_count(0)
    assert swaks(relais, f"anna@{OLD}", mark()).returncode == 24
    assert swaks(relais, f"anna@{NEW}", mark()).returncode == 0
    with pytest.raises(imaplib.IMAP4.error), imap_login(relais, f"bruno@{OLD}", bruno):
        pass
    assert seen(relais, f"bruno@{NEW}", bruno) == before
    wait_until(lambda: not exchangers(relais, OLD), "the zone without mail records")


def test_pages_are_usable_on_a_phone_at_night_and_have_no_serious_faults(chromium, page, relais):
    domains_page(page, relais)
    listed = page.url
    state = page.context.storage_state()
    for scheme in ("light", "dark"):
        context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="de", color_scheme=scheme,
                                       ignore_https_errors=True, storage_state=state)
        phone = context.new_page()
        for name, path in (("list", listed), ("add", listed + "/add")):
            phone.goto(path)
            shoot(phone, f"phone-{scheme}-{name}")
            assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            found = faults(phone)
            assert not found, (path, found)
        context.close()


def test_a_domain_elsewhere_is_linked_and_turned_in_one_step_by_command(relais):
    """Seed 002 b: the name by hand, its zone hosted here, the swap at once."""
    done = relais.command("domain", "link", "neu.test", "--create-zone", "--main")
    assert (done["state"], done["done"]) == ("done", 6)
    listed = {domain["name"]: domain["place"] for domain in relais.command("domain", "list")}
    assert listed == {"neu.test": "main", NEW: "linked"}
    told = relais.command("domain", "unlink", NEW, "--dry-run")
    assert told["addresses"] >= 3 and f"anna@{NEW}" in told["examples"] and told["records"] > 10
    # A name elsewhere: nothing is written, and what is to be copied is told.
    relais.command("domain", "link", "far.test")
    wait_until(lambda: swaks(relais, "anna@far.test", mark()).returncode == 0, "the name that is taken")
    refused = relais.command_raw("domain", "unlink", "neu.test")
    assert refused.returncode == 1 and "not linked" in refused.stderr, refused
    relais.command("domain", "unlink", "far.test")
    kinds = [(one["kind"], one["domain"], one["state"]) for one in relais.command("domain", "operations")[:3]]
    assert kinds == [("unlink", "far.test", "done"), ("link", "far.test", "done"), ("link", "neu.test", "done")]


def test_an_operation_goes_on_after_kill_9(relais):
    _, services = relais.api_answer("GET", "/services")
    status, begun = relais.api_answer("POST", f"/services/{services['items'][0]['id']}/domains", {"name": "crash.test"})
    assert status == 202
    # Wherever it was: before the first step, between two, or after the last.
    relais.kill()
    relais.start()
    done = ended(relais, begun)
    assert (done["state"], [line["what"] for line in done["log"]]) == ("done", ["linked", "records-elsewhere"])
    assert swaks(relais, "anna@crash.test", mark()).returncode == 0
    status, begun = relais.api_answer("POST", "/domains/crash.test/unlink")
    assert (status, ended(relais, begun)["state"]) == (202, "done")


def test_a_domain_elsewhere_is_linked_by_its_name_on_the_screen_and_its_records_are_there_to_copy(page, relais):
    """«Ajouter un nom de domaine ou sous-domaine»: without a proof it is refused with what proves it."""
    far = "loin.test"
    domains_page(page, relais)
    page.get_by_role("link", name="Ajouter un domaine lié").click()
    form = page.locator("#elsewhere")
    form.get_by_role("textbox", name="Nom de domaine").fill(far)
    form.get_by_label("Mettre à jour les DNS").check()
    form.get_by_role("button", name="Lier ce domaine").click()
    told = page.locator("#elsewhere .error")
    expect(told).to_contain_text(f"_relais.{far}")
    shoot(page, "elsewhere-refused")
    expect(told).to_contain_text(re.compile("relais-domain=[0-9a-f]{32}"))
    # What was typed is still there. Nothing here can publish a text in that zone; the operator needs no proof.
    expect(form.get_by_role("textbox", name="Nom de domaine")).to_have_value(far)
    relais.command("domain", "link", far)
    domains_page(page, relais)
    expect(of(page, far)).to_contain_text("DNS ailleurs : les enregistrements y sont à reporter.")
    shoot(page, "elsewhere")
    of(page, far).get_by_role("link", name="Voir les enregistrements").click()
    shoot(page, "elsewhere-records")
    for record in [f"{far}. IN MX 10", f'{far}. IN TXT "v=spf1', f"_dmarc.{far}. IN TXT"]:
        line = page.locator("main .row", has_text=record).last
        expect(line.get_by_role("button", name="Copier")).to_be_visible()
    wait_until(lambda: swaks(relais, f"anna@{far}", mark()).returncode == 0, "the name that is taken")
    assert not faults(page)
