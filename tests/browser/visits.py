"""A browser on the live server, used by one person after another, with the days and the pictures of a journey."""

import datetime as dt
import re
from pathlib import Path

from playwright.sync_api import Error, Page

from registry import clock
from registry.models import Account
from registry.services.outbox import outbox_drain

PASSWORD = "demonstration-1"  # of the accounts that tests/factories.py makes
INTERRUPTED = ("interrupted by another navigation", "net::ERR_ABORTED")
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class Visit:
    """What the people of a journey do, each through the pages alone."""

    def __init__(self, page: Page, address: str, settings, pictures: Path, name: str) -> None:
        self.page, self.address, self.settings = page, address, settings
        self.pictures, self.name, self.taken = pictures, name, 0
        settings.DEMONSTRATION = True

    def be_on(self, day: dt.date) -> None:
        """Let it be another day."""
        self.settings.PRETEND_TODAY = day

    def relay(self) -> None:
        """Let the worker deliver what is owed: notices, looks at uploaded files."""
        outbox_drain(now=clock.now)

    def go(self, path: str) -> None:
        try:
            self.page.goto(self.address + path)
        except Error as error:  # a page that reloads itself to show its progress may have begun to
            if not any(words in error.message for words in INTERRUPTED):
                raise
            self.page.wait_for_load_state()
            self.page.goto(self.address + path)

    def look_again(self) -> None:
        """Load the page anew, even where it has just begun to do so itself."""
        self.go(self.page.url.removeprefix(self.address))

    def log_in(self, who: Account | str, password: str = PASSWORD) -> None:
        """Let somebody else sit down at the browser."""
        self.leave()
        self.go("/accounts/login/")
        self.page.get_by_label("用户名").fill(who if isinstance(who, str) else who.username)
        self.page.get_by_label("密码").fill(password)
        self.press("登录")
        self.page.wait_for_url(lambda url: "login" not in url)

    def leave(self) -> None:
        """Be nobody in particular."""
        self.page.context.clear_cookies()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]").fill(value)

    def tick(self, *names: str) -> None:
        for name in names:
            self.page.locator(f"main [name={name}]").check()

    def upload(self, field: str, *labels: str) -> None:
        """Choose a file for each label, each of other bytes."""
        files = [
            {"name": f"{label}.pdf", "mimeType": "application/pdf", "buffer": PDF + label.encode()} for label in labels
        ]
        self.page.locator(f"main [name={field}]").set_input_files(files)

    def download(self, name: str) -> bytes:
        """Follow a link that gives out a file; return what it holds."""
        with self.page.expect_download() as given:
            self.page.get_by_role("link", name=name, exact=True).first.click()
        return Path(given.value.path()).read_bytes()

    def status(self, path: str) -> int:
        """The status that whoever is logged in gets for an address."""
        return self.page.request.get(self.address + path).status

    def picture(self, of: str) -> None:
        self.taken += 1
        self.page.screenshot(path=self.pictures / f"{self.name}-{self.taken:02d}-{of}.png", full_page=True)

    def row(self, words: str) -> str:
        """The text of the one row of a table that holds the words."""
        return self.page.locator("main tr", has_text=words).inner_text()

    def fact(self, label: str) -> str:
        """What stands behind a label in a list of facts; the first where several bear it."""
        found = self.page.locator("main dt", has_text=re.compile(f"^\\s*{re.escape(label)}\\s*$")).first
        return found.locator("xpath=following-sibling::dd[1]").inner_text().strip()

    @property
    def text(self) -> str:
        return self.page.inner_text("main")
