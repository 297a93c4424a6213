"""What a dossier may cost at most; a measurement above its goal ends the benchmark with 1."""

from __future__ import annotations

from collections.abc import Mapping

GOALS = {
    "x naive": 0.45,
    "x typst": 10.0,
    "kB": 100.0,
    "peak in MB": 130.0,
    "growth in kB a dossier": 100.0,
    "hostile x ordinary": 4.0,
    "hostile kB": 100.0,
}


def missed(measured: Mapping[str, float]) -> list[str]:
    """Return each goal that was not met, in words; empty when all were."""
    return [
        f"{name}: {value:.2f}, goal {GOALS[name]:g}" for name, value in measured.items() if not value <= GOALS[name]
    ]
