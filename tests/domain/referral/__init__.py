"""Tests of the life of a referral."""
