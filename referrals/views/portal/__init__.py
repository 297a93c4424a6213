"""The pages of a partner that works with accounts of its own."""
