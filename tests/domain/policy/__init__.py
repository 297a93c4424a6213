"""Tests of the policy: content, language, evaluation and explanation."""
