"""Several processes draw and write the same bytes as one."""

from report_fixtures import make_inputs

from seqgraft.report.figures import figure_files
from seqgraft.report.page import build


def test_processes_change_no_byte() -> None:
    inputs = make_inputs({"ecoli--bsubtilis": "helps", "bsubtilis--ecoli": "hurts"})
    assert build(inputs, processes=2) == build(inputs)
    assert figure_files(inputs, processes=2) == figure_files(inputs)
