"""The doors of the policy: every change of a version, with its event in the same transaction."""
