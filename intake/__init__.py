"""From the first question to the assessment: policy, wizard, answers, consent."""
