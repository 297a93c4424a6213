"""The consent sentences of the path in English; the Dutch ones are in the policy files."""

from collections.abc import Mapping

VERSION_PREFIX = "en-"
SENTENCES: Mapping[str, str] = {
    "C1": "May the Chamber of Commerce (KvK) read your request in order to help you?",
    "C2": "May {organisatie} receive your request and your company details?",
}


def english_version(text_version: str) -> str:
    """Return the version of the English sentences that go with these Dutch ones."""
    return VERSION_PREFIX + text_version


def english_sentence(purpose: str, name: str) -> str:
    """Return the sentence that stands next to a box."""
    return SENTENCES[purpose].replace("{organisatie}", name)


def sentence_agreed_to(purpose: str, text_version: str, dutch: str, name: str) -> str:
    """Return the sentence of a consent in the language it was given in; `dutch` is that of the policy."""
    if text_version.startswith(VERSION_PREFIX):
        return english_sentence(purpose, name)
    return dutch.replace("{organisatie}", name)
