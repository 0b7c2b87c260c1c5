"""Workers under every isolation tier that this machine gives, and code to run in them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.sandbox import isolation
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.isolation import Tier
from autograder.sandbox.process import Sandbox
from tests.sandbox.hand_ins import files_of
from tests.workers import TIERS, offered

Make = Callable[..., Code]

_spaces = itertools.count()


def tiers_to_test(config: pytest.Config) -> list[Tier]:
    """Return the tiers asked for, else all but the one that only a plain user can have (see test_plain_user)."""
    if chosen := config.getoption("--tier"):
        return [Tier(name) for name in chosen]
    return TIERS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    tiers = tiers_to_test(metafunc.config)
    if "confining_tier" in metafunc.fixturenames:
        tiers = [tier for tier in tiers if tier is not Tier.LIMITS]
        metafunc.parametrize("confining_tier", tiers, ids=str, indirect=True, scope="session")
    elif "tier" in metafunc.fixturenames:
        metafunc.parametrize("tier", tiers, ids=str, indirect=True, scope="session")


@pytest.fixture(scope="session")
def tier(request: pytest.FixtureRequest, worker_python: Path) -> Tier:
    """Each tier that is tested."""
    return offered(request.param)


@pytest.fixture(scope="session")
def confining_tier(request: pytest.FixtureRequest, worker_python: Path) -> Tier:
    """Each tier that keeps student code from everything else; `limits` does not promise it."""
    return offered(request.param)


@pytest.fixture(scope="session")
def sandbox(tier: Tier) -> Sandbox:
    return Sandbox.of_this_machine(tier=tier)


@pytest.fixture(scope="session")
def best_sandbox(request: pytest.FixtureRequest, worker_python: Path) -> Sandbox:
    """The first tier that is tested and had: for what does not depend on the tier."""
    tier = next(tier for tier in tiers_to_test(request.config) if not isolation.why_not(tier))
    return Sandbox.of_this_machine(tier=tier)


@pytest.fixture(scope="session")
def confining_sandbox(confining_tier: Tier) -> Sandbox:
    return Sandbox.of_this_machine(tier=confining_tier)


@pytest.fixture(scope="module")
def shared_host(sandbox: Sandbox) -> Iterator[Host]:
    with Host(sandbox) as host:
        yield host


@pytest.fixture
def code(shared_host: Host) -> Iterator[Make]:
    """Makes code of the given text, as `hw.py`, in a worker that it shares with other tests of the module."""
    made = []

    def make(text: str, seconds: float = 20.0, **others: str) -> Code:
        code = Code(shared_host, files_of(text, **others), f"test{next(_spaces)}", seconds)
        made.append(code)
        return code

    yield make
    for each in made:
        each.forget()


@pytest.fixture
def host(sandbox: Sandbox) -> Iterator[Host]:
    """A host whose worker belongs to one test."""
    with Host(sandbox) as host:
        yield host
