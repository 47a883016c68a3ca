"""A headless Chromium on the live server. Any script or resource error on a page fails the journey."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.visits import Visit

# Playwright's loop runs in this thread; the ORM calls between the clicks are nonetheless made one at a time.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A refusal at its field is an answer with 422, which Chromium reports like a broken resource.
REFUSED_FORM = "the server responded with a status of 422"


@pytest.fixture(autouse=True)
def _nothing_counted():
    """What the limits count by address begins anew: every journey comes from the same one."""
    cache.clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go, to be looked at."""
    folder = Path(os.environ.get("SCREENSHOTS", "var/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(request, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 1280, "height": 900}, java_script_enabled=request.param
    )
    context.set_default_timeout(15_000)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert [fault for fault in faults if REFUSED_FORM not in fault] == []


@pytest.fixture
def visit(page: Page, live_server, settings, pictures: Path, request) -> Visit:
    """A journey's browser; its pictures bear the test's name."""
    name = request.node.originalname.removeprefix("test_")
    return Visit(page, live_server.url, settings, pictures, name)
