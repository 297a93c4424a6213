"""What happened (Event) and what must still go out (Outgoing): written in the transaction of the change itself."""
