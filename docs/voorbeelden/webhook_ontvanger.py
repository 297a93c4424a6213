"""Voorbeeld van een ontvanger: controleert de handtekening, beantwoordt de test, en haalt daarna op wat er nieuw is.

Nodig: het pakket `standardwebhooks`. Geef geheim, API en sleutel mee in de omgeving, en de poort als argument:

    WEBHOOK_SECRET=whsec_… API=https://…/api/partner/v1 API_KEY=nnmkb_… python webhook_ontvanger.py 8000

Zet er een webserver met een certificaat voor: wij sturen alleen naar https.
"""

import json
import os
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET, API, API_KEY = os.environ["WEBHOOK_SECRET"], os.environ["API"], os.environ["API_KEY"]
# In het echt in uw database: welke berichten er waren, en tot waar u het overzicht las.
seen: set[str] = set()
last = 0


def catch_up() -> None:
    """Haal op wat er sinds de vorige keer gebeurde. Zo mist u niets, ook als er een bericht verloren ging."""
    global last
    asked = urllib.request.Request(f"{API}/events?after={last}", headers={"Authorization": f"Bearer {API_KEY}"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        told = json.load(answer)
    for event in told["events"]:
        print(event["seq"], event["type"], event["data"], flush=True)
    last = told["next"]


class Receiver(BaseHTTPRequestHandler):
    """Ontvangt berichten van de KvK."""

    def do_POST(self) -> None:
        """Controleer, antwoord meteen, en doe dan pas het werk."""
        body = self.rfile.read(min(int(self.headers["Content-Length"]), 20_000))
        try:
            # Weigert ook wat ouder is dan vijf minuten: een bericht dat iemand opving en nog eens stuurt.
            message = Webhook(SECRET).verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.answer(401, b"")
            return
        if message["type"] == "endpoint.test":
            self.answer(200, json.dumps({"challenge": message["data"]["challenge"]}).encode())
            return
        self.answer(204, b"")
        # Hetzelfde bericht kan twee keer komen, met hetzelfde kenmerk.
        if self.headers["webhook-id"] not in seen:
            catch_up()
            seen.add(self.headers["webhook-id"])

    def answer(self, status: int, body: bytes) -> None:
        """Geef antwoord."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"Luistert op poort {server.server_port}", flush=True)
    server.serve_forever()
