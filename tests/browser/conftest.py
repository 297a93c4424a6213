"""A real browser against a real server, with the real relay (and, on PostgreSQL, a real Celery worker) beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from nnmkb.run.tools import find_chromium
from tests.browser.cast import Postman, postman_environment, prepare_people
from tests.browser.inspector import Inspector
from tests.browser.starter import Starter
from tests.browser.watch import Watch

# Features that are off: of two lists only the last counts, so this also says what Playwright's own list says. What is
# left out here beyond that: the pages that Chromium loads in each new window for its address bar (nobody types there,
# and they cost more than ours), and a renderer kept at hand for a page that never comes.
FEATURES_OFF = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "SpareRendererForSitePerProcess",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
# Without these, Chromium itself looks for the outside world.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    f"--disable-features={','.join(FEATURES_OFF)}",
)


def chromium() -> str:
    """Return the path of the browser; the test command only selects these tests when there is one."""
    found = os.environ.get("NNMKB_CHROMIUM") or find_chromium()
    assert found, "no chromium on this machine: install Debian's package chromium-headless-shell, or chromium"
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser and a database that other processes can see."""
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    # Playwright keeps an event loop in this thread, and Django then refuses plain database calls in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield started
        started.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture(params=[True, False], ids=["js", "nojs"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Every journey is made twice: with JavaScript and without."""
    return bool(request.param)


@pytest.fixture
def site(live_server: object, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of the running site; links in mails start with it too."""
    url = str(getattr(live_server, "url"))  # noqa: B009
    monkeypatch.setattr(settings, "SITE_URL", url)
    return url


@pytest.fixture
def people(transactional_db: None) -> None:
    """Partners and staff, as `up` seeds them."""
    prepare_people()


@pytest.fixture(scope="session")
def starter(live_server: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """What starts the processes of the product; they all work for this site and in one folder."""
    folder = tmp_path_factory.mktemp("postman")
    started = Starter(postman_environment(str(getattr(live_server, "url")), folder), folder)  # noqa: B009
    yield started
    started.close()


@pytest.fixture
def postman(site: str, starter: Starter) -> Iterator[Postman]:
    """The relay as a process of its own; mail lands in a folder."""
    carrier = Postman(starter)
    carrier.start()
    yield carrier
    carrier.stop()


@pytest.fixture
def look() -> Inspector:
    """Judge what the test visits; the test ends by asking for the verdict."""
    return Inspector()


Opener = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Opener]:
    """Return a function that opens a fresh browser of one person: own cookies, watched for errors."""
    contexts: list[tuple[BrowserContext, Watch]] = []

    def opened(*, javascript: bool = True, width: int = 1440, allow: tuple[int, ...] = ()) -> Page:
        context = browser.new_context(
            base_url=site, java_script_enabled=javascript, viewport={"width": width, "height": 900}, locale="nl-NL"
        )
        context.set_default_timeout(8000)
        page = context.new_page()
        contexts.append((context, Watch(page, allow)))
        return page

    yield opened
    problems = [problem for _, watch in contexts for problem in watch.problems]
    for context, _ in contexts:
        context.close()
    assert problems == []
