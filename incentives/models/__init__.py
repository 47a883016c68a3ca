"""What good standing rests on: commitments."""

from incentives.models.commitments import Commitment, Obligation, ObligationFile, Signature

__all__ = ["Commitment", "Obligation", "ObligationFile", "Signature"]
