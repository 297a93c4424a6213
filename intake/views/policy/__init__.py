"""The pages on which policy is written, judged and put in force."""
