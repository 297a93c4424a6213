"""What intake keeps: scans with their results and consents, and the versions of the policy with their sources."""

from intake.models.scans import AnswerVector, Assessment, Consent, Contact, Intake
from intake.models.versions import PolicyVersion, SourceText

__all__ = ["AnswerVector", "Assessment", "Consent", "Contact", "Intake", "PolicyVersion", "SourceText"]
