"""From consent to outcome: referral, offer, dossier, answer."""
