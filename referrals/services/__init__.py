"""The doors of a referral: every change goes through one of these functions, with its event and its messages.

Event kinds are those of `lifecycle.TRANSITIONS`, plus the ones that change no state (`notes`, `access`, `consents`).
"""
