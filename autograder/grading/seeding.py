"""Where the random numbers of a test come from."""

from __future__ import annotations

import hashlib

import numpy as np

PUBLIC_SALT = "public"


def rng_of(salt: str, test: str) -> np.random.Generator:
    """Return the generator of a test: the same in every run, unknown to who does not know the salt."""
    digest = hashlib.sha256(f"{salt}:{test}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))
