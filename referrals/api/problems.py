"""What can go wrong in the partner API, and how the refusals of the services become problems."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from nnmkb.web import problems
from nnmkb.web.problems import GENERAL, Kind
from referrals.services.api_answers import InProgress, Reused
from referrals.services.errors import Gone, NotAllowed, NotDone, Refused, Stale, UnknownLink

_GET_AGAIN = "Haal het aanbod opnieuw op (GET) en stuur de nieuwe ETag mee in If-Match."

KINDS = problems.by_code(
    Kind("bad_cursor", 400, "Deze cursor kennen wij niet", "Begin opnieuw zonder cursor, met dezelfde filters."),
    Kind(
        "no_idempotency_key",
        400,
        "Idempotency-Key ontbreekt",
        "Stuur bij elke POST een eigen sleutel mee, bijvoorbeeld een UUID. Gebruik bij een herhaling dezelfde.",
    ),
    Kind(
        "bad_idempotency_key",
        400,
        "Idempotency-Key is niet bruikbaar",
        "Gebruik 8 tot 64 letters, cijfers of de tekens - . _ : .",
    ),
    Kind("bad_version", 400, "If-Match is niet te lezen", 'Stuur één versie, precies zoals in ETag: "v7".'),
    Kind("unreadable_json", 400, "Deze JSON is niet te lezen", "Stuur één JSON-object in UTF-8."),
    Kind("no_key", 401, "Sleutel ontbreekt", "Stuur de sleutel mee in de header: Authorization: Bearer nnmkb_…"),
    Kind("unknown_key", 401, "Onbekende sleutel", "Controleer of de hele sleutel is overgenomen."),
    Kind("key_revoked", 401, "Deze sleutel is ingetrokken", "Maak een nieuwe sleutel op /partner/sleutels/."),
    Kind("key_expired", 401, "Deze sleutel is verlopen", "Maak een nieuwe sleutel op /partner/sleutels/."),
    Kind("wrong_scope", 403, "Dit mag deze sleutel niet", "Maak een sleutel die dit wel mag op /partner/sleutels/."),
    Kind("unknown_offer", 404, "Dit aanbod bestaat niet", "Controleer het nummer van het aanbod."),
    Kind("in_progress", 409, "Dit verzoek wordt nog uitgevoerd", "Stuur het zo nog eens, met dezelfde sleutel."),
    Kind("not_now", 409, "Dit kan nu niet", "In deze stand kan dit niet. Zie «actions» bij het aanbod."),
    Kind("not_accepted", 409, "Nog niet aangenomen", "Contactgegevens krijgt u nadat u het aanbod hebt aangenomen."),
    Kind("dossier_not_ready", 409, "De PDF is er nog niet", "Probeer het over een halve minuut weer."),
    Kind("refused", 409, "Dit is niet gedaan", "Er is niets veranderd."),
    Kind("offer_ended", 410, "Dit aanbod is afgelopen", "U kunt er niets meer van zien of mee doen."),
    Kind("stale_version", 412, "De doorverwijzing is intussen veranderd", _GET_AGAIN),
    Kind("not_json", 415, "Dit is geen JSON", "Stuur de header Content-Type: application/json."),
    Kind("invalid", 422, "Niet alles is goed ingevuld", "Zie «errors»: per veld staat er wat niet klopt."),
    Kind(
        "key_reused",
        422,
        "Deze Idempotency-Key is al gebruikt",
        "De sleutel hoort bij een ander verzoek. Maak voor elk nieuw verzoek een nieuwe.",
    ),
    Kind("no_version", 428, "If-Match ontbreekt", _GET_AGAIN),
    Kind("too_many_requests", 429, "Te veel verzoeken", "Wacht zo lang als in Retry-After staat."),
)
EVERY = {**GENERAL, **KINDS}


class Problem(Exception):
    """A request that is answered with one of the kinds."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        self.code, self.detail, self.headers, self.more = code, detail, headers, more
        super().__init__(code)

    def response(self) -> HttpResponse:
        """Return the answer."""
        return problems.answer(EVERY[self.code], self.detail, headers=self.headers, more=self.more)


def invalid(field: str, message: str) -> Problem:
    """Return the problem of one field."""
    return Problem("invalid", more={"errors": [{"field": field, "message": message}]})


def of_service(error: NotDone) -> Problem:
    """Return the problem for a change that a service did not make."""
    if isinstance(error, Stale):
        changes = [
            {"code": event.kind, "version": event.payload.get("version"), "at": event.at.isoformat()}
            for event in error.what_changed
        ]
        version = error.referral.version
        return Problem("stale_version", headers={"ETag": etag(version)}, more={"version": version, "changes": changes})
    if isinstance(error, Gone):
        return Problem("offer_ended", str(error), more={"ended_as": error.code})
    if isinstance(error, UnknownLink):
        return Problem("unknown_offer")
    if isinstance(error, Reused):
        return Problem("key_reused")
    if isinstance(error, InProgress):
        return Problem("in_progress", headers={"Retry-After": str(error.seconds)})
    if isinstance(error, Refused) and error.field:
        return invalid(error.field, str(error))
    return Problem("not_now" if isinstance(error, NotAllowed) else "refused", str(error))


def etag(version: int) -> str:
    """Return the version of a referral as a strong ETag."""
    return f'"v{version}"'


def register(api: NinjaAPI) -> None:
    """Let every exception of the interface become a problem; what nobody foresaw goes on to the 500 of the site."""

    def problem(request: HttpRequest, error: Problem | type[Problem]) -> HttpResponse:
        assert isinstance(error, Problem)
        return error.response()

    def service(request: HttpRequest, error: NotDone | type[NotDone]) -> HttpResponse:
        assert isinstance(error, NotDone)
        return of_service(error).response()

    def validation(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
        assert isinstance(error, ValidationError)
        if any(one["loc"][0] == "path" for one in error.errors):
            return Problem("unknown_offer").response()
        return Problem("invalid", more={"errors": [_told(one) for one in error.errors]}).response()

    def parsing(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
        assert isinstance(error, HttpError)
        # The library wraps whatever its parser raised.
        if isinstance(error.__cause__, Problem):
            return error.__cause__.response()
        code = "unknown_key" if isinstance(error, AuthenticationError) else "unreadable_request"
        return Problem(code).response()

    api.add_exception_handler(Problem, problem)
    api.add_exception_handler(NotDone, service)
    api.add_exception_handler(ValidationError, validation)
    api.add_exception_handler(HttpError, parsing)


_WORDS = {
    "missing": "Dit veld ontbreekt.",
    "extra_forbidden": "Dit veld kennen wij niet.",
    "string_type": "Dit moet tekst zijn.",
    "string_too_short": "Deze tekst is te kort: ten minste {min_length} tekens.",
    "string_too_long": "Deze tekst is te lang: hoogstens {max_length} tekens.",
    "string_pattern_mismatch": "Hier staat een teken dat niet kan.",
    "literal_error": "Kies een van: {expected}.",
    "enum": "Kies een van: {expected}.",
    "int_parsing": "Dit moet een geheel getal zijn.",
    "int_type": "Dit moet een geheel getal zijn.",
    "int_from_float": "Dit moet een geheel getal zijn.",
    "greater_than_equal": "Dit getal is te klein: ten minste {ge}.",
    "less_than_equal": "Dit getal is te groot: hoogstens {le}.",
    "model_type": "Dit moet een JSON-object zijn.",
    "model_attributes_type": "Dit moet een JSON-object zijn.",
    "no_date": "Dit moet een datum zijn, zoals 2026-11-24.",
}


def _told(error: Mapping[str, object]) -> dict[str, str]:
    """Return one mistake: the field by its path, and what is wrong with it; never what was sent."""
    loc, ctx = error["loc"], error.get("ctx") or {}
    assert isinstance(loc, tuple)
    assert isinstance(ctx, dict)
    names = [str(part) for part in loc if part != "body"]
    words = _WORDS.get(str(error["type"]), "Dit klopt niet.")
    return {"field": ".".join(names) or "body", "message": words.format_map(ctx)}
