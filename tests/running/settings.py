"""The settings of the processes that the tests start: the real ones, with a letterbox that can be told to fail."""

from nnmkb.settings import *  # noqa: F403

EMAIL_BACKEND = "tests.running.letterbox.TrapBackend"
