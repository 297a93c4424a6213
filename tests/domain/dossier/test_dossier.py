"""The canonical text of a dossier, its digest, and who may see what."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from referrals.domain.dossier import Sight, canonical, digest, sight
from tests.domain.dossier.sample import foreign, scan


def shuffled(value: Any) -> Any:
    """Return the same content with every key in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    return [shuffled(one) for one in value] if isinstance(value, list) else value


def test_canonical_text_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical(scan()) == canonical(shuffled(scan()))
    assert digest(scan()) == digest(shuffled(scan()))


def test_canonical_text_is_utf_8_without_spaces_and_reads_back() -> None:
    text = canonical({"b": "Fryslân", "a": [1, {"d": None, "c": True}]})
    assert text == '{"a":[1,{"c":true,"d":null}],"b":"Fryslân"}'.encode()
    assert json.loads(canonical(scan())) == scan()


def test_canonical_text_refuses_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})
    with pytest.raises(UnicodeEncodeError):
        canonical({"a": "\ud800"})


def test_digest_changes_with_a_single_character() -> None:
    changed = scan()
    changed["company"]["name"] += "."
    assert digest(changed) != digest(scan())
    assert digest(foreign()) != digest(scan())
    assert len(digest(scan())) == 64


def test_nobody_sees_anything_without_live_consent_and_nobody_sees_contact_data_before_accepting() -> None:
    for own, other, live, accepted in itertools.product((True, False), repeat=4):
        allowed = {name for name, yes in {"nom": own, "exportclub": other}.items() if yes}
        seen = sight(allowed, "nom", live=live, accepted=accepted)
        assert seen == Sight(dossier=own and live, contact=own and live and accepted)
