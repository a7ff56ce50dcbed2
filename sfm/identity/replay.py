"""The memory of used DPoP proofs: one atomic write per request."""

from __future__ import annotations

from sfm.identity import jose
from sfm.identity.dpop import MAX_AGE, SKEW, Proof
from sfm.identity.redis_store import store
from sfm.identity.refusals import InvalidProof

TTL = MAX_AGE + 2 * SKEW + 1  # seconds: the whole window in which a proof could be accepted, and one more


def use(proof: Proof) -> None:
    """Use up a proof. Raises InvalidProof the second time, OutOfService when that cannot be known."""
    with store() as redis:
        first = redis.set(f"dpop:{proof.jkt}:{jose.sha256_b64url(proof.jti.encode())}", b"", nx=True, ex=TTL)
    if not first:
        raise InvalidProof(detail="proof used before")
