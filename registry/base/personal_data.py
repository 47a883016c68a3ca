"""Personal data at rest: encrypted with a rotating key, found by a keyed hash, never by the plain text."""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def text_seal(text: str) -> str:
    """Encrypt `text` (Fernet, first key of FIELD_KEYS). An empty text stays empty."""
    return _cipher(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode() if text else ""


def text_open(sealed: str) -> str:
    """Decrypt what `text_seal` made. Raises cryptography.fernet.InvalidToken when no key fits."""
    return _cipher(tuple(settings.FIELD_KEYS)).decrypt(sealed.encode()).decode() if sealed else ""


def bytes_seal(content: bytes) -> bytes:
    """Encrypt a file's content (Fernet, first key of FIELD_KEYS)."""
    return _cipher(tuple(settings.FIELD_KEYS)).encrypt(content)


def bytes_open(sealed: bytes) -> bytes:
    """Decrypt what `bytes_seal` made. Raises cryptography.fernet.InvalidToken when no key fits or a byte was changed."""
    return _cipher(tuple(settings.FIELD_KEYS)).decrypt(sealed)


def lookup_hash(text: str) -> str:
    """Return the keyed SHA-256 (hex) by which an exact number is found; upper case, so that x and X are one."""
    return hmac.new(settings.FIELD_HASH_KEY.encode(), text.upper().encode(), hashlib.sha256).hexdigest()
