"""Messages to the systems of partners, after Standard Webhooks 1.0.0 (docs/webhooks.md)."""
