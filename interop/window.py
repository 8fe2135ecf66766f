"""A window of a browser that Playwright does not drive, used as a person does: what is not there yet is waited for."""

import base64
import json

from peers import wait_until

# What a person would call a thing to press.
NAMED = "//*[self::button or self::a or self::summary][normalize-space()={}]"


class Window:
    """What is asked of it goes through `send`, by the names that Marionette has for WebDriver's commands."""

    # Where it puts what it downloads.
    downloads = None

    def send(self, name, parameters):
        raise NotImplementedError

    def go(self, address):
        self.send("WebDriver:Navigate", {"url": address})

    def run(self, expression):
        return self.send("WebDriver:ExecuteScript", {"script": f"return {expression}", "args": []})

    def _find(self, selector):
        using = "xpath" if selector.startswith("//") else "css selector"
        for element in self.send("WebDriver:FindElements", {"using": using, "value": selector}):
            identity = {"id": next(iter(element.values()))}
            if self.send("WebDriver:IsElementDisplayed", identity):
                return identity
        return None

    def see(self, selector):
        """The text of what is to be seen."""
        return self.send("WebDriver:GetElementText", wait_until(lambda: self._find(selector), selector, 30))

    def press(self, name):
        selector = NAMED.format(json.dumps(name, ensure_ascii=False))
        self.send("WebDriver:ElementClick", wait_until(lambda: self._find(selector), f"«{name}»", 30))

    def fill(self, selector, text):
        element = wait_until(lambda: self._find(selector), selector, 30)
        self.send("WebDriver:ElementSendKeys", element | {"text": text})

    def downloaded(self):
        """The file that is there once it is whole."""
        def whole():
            files = list(self.downloads.glob("*"))
            return files[0] if len(files) == 1 and files[0].suffix == ".eml" and files[0].stat().st_size else None
        return wait_until(whole, "the download", 30)

    def picture(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.send("WebDriver:TakeScreenshot", {"full": True})))
