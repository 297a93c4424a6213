"""Mail as servers send it back, made for the tests: by the standard, by no standard, and by people who want harm."""

from __future__ import annotations

from uuid import UUID

HOST = "noord.example"
OURS = UUID("0b8f2a5e-7c1d-4e7a-9b57-2f6d1f0c9a11")


def report(
    *,
    message_id: UUID = OURS,
    action: str = "failed",
    status: str = "5.1.1",
    host: str = HOST,
    returned: str = "text/rfc822-headers",
    kind: str = "delivery-status",
) -> bytes:
    """Return a report as Postfix and most others write it."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.partner.example (Mail Delivery System)
To: post@{host}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry. Geertje Drentens (geertje@partner.example) is not known here.

--b1
Content-Type: message/{kind}

Reporting-MTA: dns; mx.partner.example
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0100

Final-Recipient: rfc822; geertje@partner.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <geertje@partner.example> no such user

--b1
Content-Type: {returned}

From: Noord over de grens <post@{host}>
Message-ID: <{message_id}@{host}>
Subject: Een aanbod

--b1--
""".replace("\n", "\r\n").encode()


def qmail(
    *,
    sender: str = "MAILER-DAEMON@mx.partner.example",
    says: str = "Sorry, no mailbox here by that name. (#5.1.1)",
    extra: str = "",
    message_id: UUID = OURS,
) -> bytes:
    """Return a bounce as qmail writes it: text, with a copy of our mail behind it."""
    return f"""\
From: {sender}
To: post@{HOST}
Subject: failure notice
{extra}
Hi. This is the mail program at mx.partner.example.

<geertje@partner.example>:
{says}

--- Below this line is a copy of the message.

Return-Path: <post@{HOST}>
Message-ID: <{message_id}@{HOST}>
Subject: Een aanbod
X-Note: 5.9.9 is part of our own mail

Beste partner, 550 mensen gingen u voor.
""".replace("\n", "\r\n").encode()


def vacation() -> bytes:
    """Return the automatic reply of a person who is away."""
    return f"""\
From: Geertje Drentens <geertje@partner.example>
To: post@{HOST}
Subject: Afwezig
Auto-Submitted: auto-replied
In-Reply-To: <{OURS}@{HOST}>
References: <{OURS}@{HOST}>

Ik ben er niet, bel 550 12 34 56. 5.1.1

Message-ID: <{OURS}@{HOST}>
""".encode()
