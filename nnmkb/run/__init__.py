"""Running it: the supervisor of the laptop, private servers for the tests, and what a test run reports."""
