"""Somebody at a browser without a window: opens pages, fills in forms, presses buttons, with htmx or without."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import tinyhtml5
from starlette.testclient import TestClient

HOME = "http://127.0.0.1:8000"


class Person:
    """One visitor with cookies of their own.

    Args:
        app: The application.
        htmx: Whether forms that htmx would send are sent as htmx does, and its blocks put where they belong.
    """

    def __init__(self, app: Any, *, htmx: bool = False) -> None:
        self.client = TestClient(app, base_url=HOME, follow_redirects=False)
        self.htmx = htmx
        self.path = "/"
        self.status = 0
        self.page = Element("html")

    def sign_in(self, login_name: str, password: str) -> None:
        """Sign in at the form."""
        self.open("/login")
        self.press("Sign in", login_name=login_name, password=password)
        assert self.status == 200, self.text()

    def open(self, path: str) -> "Person":
        """Open a page and go where it leads."""
        answer = self.client.get(path)
        for _ in range(5):
            if answer.status_code != 303:
                break
            path = answer.headers["location"]
            answer = self.client.get(path)
        self.path, self.status = path, answer.status_code
        self.page = tinyhtml5.parse(answer.text, namespace_html_elements=False)
        return self

    def press(self, label: str, *, within: str = "", **fields: str | list[str]) -> "Person":
        """Press the button of this label, or whose ``value`` is ``=label``, after filling in its form."""
        button = self._button(label, within)
        form = self._form_of(button)
        data = self._filled(form, button, fields)
        self._send(form, data)
        return self

    def send_again(self) -> int:
        """Send the last form once more, as a doubled press does; return the status and stay on the page."""
        path, data, headers = self._last
        answer = self.client.post(path, data=data, headers=headers)
        return answer.status_code

    def text(self, selector: str = "main") -> str:
        """Return the words of the first element of a tag, an ``#id`` or a ``.class``."""
        found = next(self.all(selector), None)
        return "" if found is None else words_of(found)

    def all(self, selector: str) -> Iterator[Element]:
        """Yield the elements of a tag, an ``#id``, a ``.class`` or with an attribute ``[name=value]``."""
        for element in self.page.iter():
            if (selector.startswith("#") and element.get("id") == selector[1:]) or (
                selector.startswith(".") and selector[1:] in (element.get("class") or "").split()
            ):
                yield element
            elif selector.startswith("["):
                name, _, value = selector[1:-1].partition("=")
                if element.get(name) == value:
                    yield element
            elif element.tag == selector:
                yield element

    def links(self, prefix: str) -> list[str]:
        """Return where the links go that begin so."""
        return [href for each in self.all("a") if (href := each.get("href") or "").startswith(prefix)]

    def _button(self, label: str, within: str) -> Element:
        places = [self.page] if not within else list(self.all(within))
        for place in places:
            for each in place.iter("button"):
                words = words_of(each)
                if words == label or (label.startswith("=") and each.get("value") == label[1:]):
                    return each
        shown = [words_of(each) for each in self.all("button")]
        raise AssertionError(f"no button {label!r} on {self.path} ({self.status}) among {shown}")

    def _form_of(self, button: Element) -> Element:
        if button.get("form"):
            return next(self.all(f"#{button.get('form')}"))
        parents = {child: parent for parent in self.page.iter() for child in parent}
        at: Element | None = button
        while at is not None and at.tag != "form":
            at = parents.get(at)
        assert at is not None, f"button {button.attrib} has no form"
        return at

    def _filled(self, form: Element, button: Element, fields: Mapping[str, str | list[str]]) -> dict[str, Any]:
        own = [
            *form.iter(),
            *(each for each in self.page.iter() if form.get("id") and each.get("form") == form.get("id")),
        ]
        data: dict[str, Any] = {}
        for each in own:
            name = each.get("name")
            if not name or each.tag not in ("input", "select", "textarea") or each.get("disabled") is not None:
                continue
            if each.get("type") in ("checkbox", "radio") and each.get("checked") is None:
                continue
            if each.tag == "select":
                chosen = [one for one in each.iter("option") if one.get("selected") is not None]
                value = (chosen or list(each.iter("option")))[0].get("value") or ""
            else:
                value = each.get("value") or (each.text or "" if each.tag == "textarea" else "")
            data.setdefault(name, []).append(value)
        unknown = [name for name in fields if not any(each.get("name") == name for each in own)]
        assert unknown == [], f"the form has no field {unknown}"
        data.update({name: [value] if isinstance(value, str) else value for name, value in fields.items()})
        if button.get("name"):
            data[button.get("name") or ""] = [button.get("value") or ""]
        return data

    def _send(self, form: Element, data: dict[str, Any]) -> None:
        action = urljoin(HOME + self.path, form.get("action") or self.path).removeprefix(HOME)
        if (form.get("method") or "get").lower() == "get":
            query = "&".join(f"{name}={value}" for name, values in data.items() for value in values)
            self.open(f"{action}?{query}")
            return
        by_htmx = self.htmx and form.get("hx-post") is not None
        headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if by_htmx else {}
        headers |= {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}
        self._last = (form.get("hx-post") or action, data, headers)
        answer = self.client.post(self._last[0], data=data, headers=headers)
        if by_htmx:
            self._swapped(answer)
        elif answer.status_code == 303:
            self.open(answer.headers["location"])
        else:
            self.path, self.status = action, answer.status_code
            self.page = tinyhtml5.parse(answer.text, namespace_html_elements=False)

    def _swapped(self, answer: Any) -> None:
        if "hx-redirect" in answer.headers:
            self.open(answer.headers["hx-redirect"])
            return
        self.status = answer.status_code
        body = tinyhtml5.parse(answer.text, namespace_html_elements=False).find("body")
        assert body is not None
        roots = list(body)
        assert len(roots) >= 1, answer.text[:500]
        for root in roots:
            place = (root.get("hx-target") or "").removeprefix("#") or root.get("id") or ""
            new = root[0] if root.tag == "hx-partial" else root
            parents = {child: parent for parent in self.page.iter() for child in parent}
            old = next(self.all(f"#{place}"), None)
            assert old is not None, f"the page has no #{place} to put the block in"
            parent = parents[old]
            parent[list(parent).index(old)] = new


def words_of(element: Element) -> str:
    """Return an element's words as they are read, with a blank wherever a tag ends."""
    return " ".join(" ".join(element.itertext()).split())
