"""Who may do what: users, roles, tokens, pairing, signatures, audit."""

from .audit import Audit, AuditEntry
from .identity import Identity
from .pairing import Pairing
from .passes import Passes
from .signer import Signer
from .tokens import TokenInfo

__all__ = ["Audit", "AuditEntry", "Identity", "Pairing", "Passes", "Signer", "TokenInfo"]
