"""The partner API, version 1: what a partner's own system reads and does, and what goes wrong there in words."""
