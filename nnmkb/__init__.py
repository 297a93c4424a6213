"""nnmkb: the project: settings, urls, the ledger below both apps, the commands that run and test it."""
