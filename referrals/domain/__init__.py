"""The life of a referral in pure Python: no Django, no database, no clock."""
