"""What good standing rests on and brings: commitments, honours."""

from incentives.models.commitments import Commitment, Obligation, ObligationFile, Signature
from incentives.models.honours import Honour, HonourFile, HonourObjection

__all__ = ["Commitment", "Honour", "HonourFile", "HonourObjection", "Obligation", "ObligationFile", "Signature"]
