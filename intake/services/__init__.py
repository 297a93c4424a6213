"""What can be done with an intake: one module a subject, one function a change."""
