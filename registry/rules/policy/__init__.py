"""Policy packs: source documents as checked data, and the pure evaluator that answers from them."""

from .errors import FormError, PackError
from .evaluate import evaluate
from .evaluation import Evaluation, explain_text
from .facts import AccidentFact, History, ListingFact, PenaltyFact, RecordFact, SubjectFacts
from .loader import LoadedPack, PackLibrary, load_packs, parse_pack
from .mode import ActivationVerdict, activation_check, measure_check
from .schema import Pack

__all__ = [
    "AccidentFact",
    "ActivationVerdict",
    "Evaluation",
    "FormError",
    "History",
    "ListingFact",
    "LoadedPack",
    "Pack",
    "PackError",
    "PackLibrary",
    "PenaltyFact",
    "RecordFact",
    "SubjectFacts",
    "activation_check",
    "evaluate",
    "explain_text",
    "load_packs",
    "measure_check",
    "parse_pack",
]
