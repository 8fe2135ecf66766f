"""The parts of a test: a stranger's Postfix, a Dovecot, and Relais, each started once for all tests of a run."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browser import sign_in, window  # noqa: E402
from peers import Dovecot, Postfix  # noqa: E402
from relais import PROGRAM, REPOSITORY, Relais  # noqa: E402

ANNA = "anna@valbois.test"
BRUNO = "bruno@valbois.test"
EVE = "eve@stranger.test"
OSCAR = "oscar@stranger.test"
LEA, LEO = "lea@stranger.test", "leo@stranger.test"


@pytest.fixture(scope="session")
def work():
    """A directory that everybody may pass through, because the peers work as users of their own."""
    # Short: sockets of the peers live below it, and their names may have 107 bytes.
    directory = Path(tempfile.mkdtemp(prefix="relais-interop-", dir="/tmp"))
    os.chmod(directory, 0o755)
    yield directory
    if os.environ.get("KEEP"):
        print(f"kept: {directory}")
    else:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def program():
    assert PROGRAM.exists(), f"{PROGRAM} is not built; RELAIS=… names another"
    return PROGRAM


@pytest.fixture(scope="module")
def parts(work, program, request):
    """Relais and a stranger that know of each other: each is told the other's port before it starts. Each file has its
    own, so that it finds the same demo whichever files came before."""
    home = work / request.module.__name__.replace("test_", "of-")
    home.mkdir()
    home.chmod(0o755)
    stranger = Postfix(home / "stranger", domains=["stranger.test"], users=[EVE, OSCAR, LEA, LEO])
    relais = Relais(home / "relais", strangers={"stranger.test": stranger.port})
    (stranger.directory / "conf" / "transport").write_text(
        f"valbois.test smtp:[127.0.0.1]:{relais.port_base + 25}\n")
    with relais, stranger:
        yield relais, stranger


@pytest.fixture(scope="module")
def relais(parts):
    return parts[0]


@pytest.fixture(scope="module")
def stranger(parts):
    return parts[1]


@pytest.fixture(scope="session")
def dovecot(work):
    with Dovecot(work / "dovecot", {"copy@dovecot.test": "copy-password", "other@dovecot.test": "other-password"}) as dovecot:
        yield dovecot


@pytest.fixture(scope="session")
def postgres_url():
    """A PostgreSQL of the tests' own."""
    # Not below `work`: its user has to get there, and it stays until the last test is over.
    directory = tempfile.mkdtemp(prefix="relais-interop-postgres-", dir="/tmp")
    script = REPOSITORY / "scripts" / "postgres"
    try:
        started = subprocess.run([str(script), "start", directory], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 text=True, check=True)
        yield started.stdout.strip()
        subprocess.run([str(script), "stop", directory], stdin=subprocess.DEVNULL, check=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium():
    """A browser, for windows of each test's own."""
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        # Debian's own: nothing is downloaded.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, relais):
    """A page of the Manager on which the demo's first administrator is signed in."""
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    yield page
    context.close()
