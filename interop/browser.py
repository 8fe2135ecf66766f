"""What the tests of screens have in common: windows of a real Chromium, signing in, pictures, accessibility, routes."""

import re

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from relais import REPOSITORY

# A slow machine needs more than five seconds; what is there at once takes no longer by that.
expect.set_options(timeout=30_000)

# Findings of axe that fail a test.
SERIOUS = {"serious", "critical"}
# WCAG 2.2 AA and what axe advises besides. The size of targets (2.5.8) it only measures where it is told to.
SCAN = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
        "rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
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


def _scan(page, within):
    found = page.evaluate("([within, scan]) => axe.run(within, scan)", [within, SCAN])["violations"]
    return [(each["id"], node["html"][:300], node["failureSummary"].split("\n")[-1].strip())
            for each in found if each["impact"] in SERIOUS for node in each["nodes"][:3]]


def faults(page):
    """The serious findings of axe on the page that is open: as it is, with all its details opened, and within each menu and
    each window that it can open. Everything is closed again."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found = _scan(page, "html")
    opened = page.evaluate("""() => {
        const closed = [...document.querySelectorAll("main details:not([open]):not(.menu)")];
        for (const one of closed) { one.open = true; one.dataset.opened = ""; }
        return closed.length;
    }""")
    if opened:
        found += _scan(page, "main")
        page.evaluate("document.querySelectorAll('[data-opened]').forEach(one => { one.open = false; delete one.dataset.opened; })")
    # One at a time: they lie over one another. Rows have the same menu with other addresses.
    menus = page.evaluate("""() => {
        const words = new Set();
        // Those of the header are the same on every page.
        const place = document.querySelector(".side [aria-current]")?.pathname === "/manager/" ? "" : "main ";
        return [...document.querySelectorAll(`${place}details.menu, ${place}[popover]`)].map((one, number) => {
            one.dataset.sheet = number;
            const said = one.textContent.replace(/\\S*[@.]\\S*/g, "");
            if (words.has(said)) return null;
            words.add(said);
            return number;
        }).filter(number => number !== null);
    }""")
    for menu in menus:
        sheet = f"[data-sheet='{menu}']"
        show = "one => one.popover ? one.{}Popover() : one.open = {}"
        page.eval_on_selector(sheet, show.format("show", "true"))
        found += _scan(page, sheet)
        page.eval_on_selector(sheet, show.format("hide", "false"))
    return list(dict.fromkeys(found))


def hidden_focus(page):
    """What has the focus and is not to be seen at all (WCAG 2.4.11), when a keyboard goes through the page and back."""
    return page.evaluate("""() => {
        const all = [...document.querySelectorAll("main :is(a[href], button, input, select, textarea, summary)")]
            .filter(one => !one.disabled && one.checkVisibility({ visibilityProperty: true }));
        const hidden = new Set();
        for (const one of [...all, ...all.toReversed()]) {
            one.focus();
            const box = one.getBoundingClientRect();
            const seen = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]].some(([x, y]) => {
                const above = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
                return above && (one.contains(above) || above.contains(one) && !above.matches("html") || one.closest("label")?.contains(above));
            });
            if (!seen) hidden.add(one.outerHTML.slice(0, 200));
        }
        return [...hidden];
    }""")


def pages_in_sources():
    """The path of every page of the Manager, below `/manager/` where it does not say otherwise: each `.route("…", get(…))`."""
    pages = set()
    for source in (REPOSITORY / "crates" / "door-manager" / "src").rglob("*.rs"):
        if "tests" in source.parts or source.name == "tests.rs":
            continue
        for part in source.read_text().split(".route(")[1:]:
            path, rest = re.match(r'\s*"([^"]*)"(.*)', part, re.DOTALL).groups()
            depth, end = 1, 0
            while depth:
                depth += {"(": 1, ")": -1}.get(rest[end], 0)
                end += 1
            if "get(" in rest[:end]:
                pages.add(path)
    assert len(pages) > 90, f"the pages are found: {len(pages)}"
    return pages


def page_at(path, pages):
    """Which of the pages answers at a path: the one that says most of it in its own words."""
    parts = path.strip("/").split("/")

    def fits(page):
        said = page.strip("/").split("/")
        return len(said) == len(parts) and all(one.startswith("{") or one == other for one, other in zip(said, parts))

    return min((page for page in pages if fits(page)), key=lambda page: [part.startswith("{") for part in page.split("/")],
               default=None)
