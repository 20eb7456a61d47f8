"""What tests of whole runs share, those of real data included."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).with_name("workflow")))

from planner import Planner
from warm import Warm, held


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def planning(shared: Path) -> Iterator[str]:
    with held("plans", shared) as address:
        yield address


@pytest.fixture(scope="session")
def planner(planning: str) -> Planner:
    return Planner(planning)


@pytest.fixture(scope="session")
def warm(planning: str, shared: Path) -> Iterator[Warm]:
    with held("jobs", shared) as address:
        yield Warm(planning, address)
