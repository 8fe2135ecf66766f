"""What the tests of screens have in common: windows of a real Chromium, signing in, pictures."""

from relais import REPOSITORY

# Findings of axe that fail a test.
SERIOUS = {"serious", "critical"}
# Pictures of every screen, kept as artefacts of the run.
PICTURES = REPOSITORY / "target" / "test-logs" / "screens"

# What a page may weigh on the way, scripts and fonts included.
FIRST_LOAD_LIMIT_BYTES = 150_000


def manager(relais, path=""):
    """The address of a page of the Manager."""
    return relais.facts["urls"]["manager"] + path


def window(chromium, width=1280, scheme="light", language="fr", **options):
    """A window of its own, without anybody's cookies."""
    return chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language,
                                ignore_https_errors=True, **options)


def sign_in(page, relais):
    """As the demo's first administrator."""
    user = relais.facts["users"][0]
    page.goto(manager(relais, "sign-in"))
    page.fill("#login", user["login"])
    page.fill("#password", user["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/manager/")


def tab_to(page, selector):
    """Presses Tab until the element has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def heavy_pages(page, urls):
    """Which pages weigh more than they may for somebody who has nothing of them yet: name and octets on the way."""
    nothing_kept = page.context.new_cdp_session(page)
    nothing_kept.send("Network.enable")
    nothing_kept.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weights = {}
    for name, url in urls.items():
        finished = []

        def note(request, finished=finished):
            finished.append(request)

        page.on("requestfinished", note)
        page.goto(url, wait_until="load")
        page.remove_listener("requestfinished", note)
        weights[name] = [request.sizes()["responseBodySize"] for request in finished]
    assert all(sum(each) > 1_000 for each in weights.values()), f"nothing was counted: {weights}"
    return {name: sum(each) for name, each in weights.items() if sum(each) > FIRST_LOAD_LIMIT_BYTES}
