"""Where the random numbers of a test come from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

PUBLIC_SALT = "public"


def rng_of(salt: str, test: str, files: Mapping[str, bytes] | None = None) -> np.random.Generator:
    """Return the generator of a test: the same in every run, unknown to who does not know the salt.

    With the files of a hand-in, it is that hand-in's own: what another one has read out of its inputs tells nothing.
    """
    digest = hashlib.sha256(f"{salt}:{test}".encode())
    for name, source in sorted((files or {}).items()):
        digest.update(hashlib.sha256(repr((name, source)).encode()).digest())
    return np.random.default_rng(int.from_bytes(digest.digest()[:16], "little"))
