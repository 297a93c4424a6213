"""The pages of the scan: thin functions that read a form, call a service and choose a page."""
