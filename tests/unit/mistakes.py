"""Make a user's mistake and hold what she is told against what every message must look like.

`job` runs the real script of a rule in this process, with an object like the one that Snakemake hands to it. `config`
reads a config as the Snakefile does, with Snakemake's own reader and the lines of common.smk that check it.
"""

import runpy
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import yaml
from snakemake import iocontainers as io
from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError

from seqgraft.config.load import mirror_folder, read_study
from seqgraft.config.places import results_are_folders
from seqgraft.data.places import is_offline
from seqgraft.errors import SeqgraftError

ROOT = Path(__file__).resolve().parents[2]


class Told(NamedTuple):
    """A whole message."""

    what: str
    where: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}\n  where:  {self.where}\n  remedy: {self.remedy}"


def in_config(*lines: str) -> Told:
    """Return the message of a config with these mistakes."""
    count = "a mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
    text = "\n".join(f"    {line}" for line in lines)
    remedy = "mend the config; config/README.md explains every key"
    return Told(f"the config has {count}:\n{text}", "study.yaml", remedy)


def read_config(content: Mapping[str, Any] | str | None) -> Any:
    """Read a config as the Snakefile does, in the present folder; None for a command line that names none."""
    source = (ROOT / "workflow/rules/common.smk").read_text()
    lines = source[source.index("def told(") : source.index("TRANSFERS =")]
    names: dict[str, Any] = {
        **{"config": {}, "workflow": SimpleNamespace(configfiles=[])},
        **{
            "read_study": read_study,
            "mirror_folder": mirror_folder,
            "is_offline": is_offline,
            "results_are_folders": results_are_folders,
        },
        **{"SeqgraftError": SeqgraftError, "WorkflowError": WorkflowError},
    }
    if content is not None:
        path = Path("study.yaml").absolute()
        text = content if isinstance(content, str) else yaml.safe_dump(dict(content), sort_keys=False)
        path.write_text(text)
        names |= {
            "config": load_configfile(path),
            "workflow": SimpleNamespace(configfiles=[path]),
        }
    exec(lines, names)
    return names["STUDY"]


def config_is_refused(content: Mapping[str, Any] | str | None, message: Told) -> None:
    """Hold what the Snakefile prints against the message; nothing may have been made."""
    with pytest.raises(WorkflowError) as error:
        read_config(content)
    assert str(error.value) == str(message), str(error.value)
    assert "Traceback" not in str(error.value)
    assert error.value.__suppress_context__  # else Snakemake would print the library's exception as well
    assert not Path("results").exists()


def job(
    rule: str,
    *,
    output: Mapping[str, str] | Sequence[str],
    input: Mapping[str, Any] | Sequence[str] = (),
    params: Mapping[str, Any] = {},
    wildcards: Mapping[str, str] = {},
    threads: int = 1,
    gpu: int = 0,
    config: Mapping[str, Any] = {},
) -> SimpleNamespace:
    """Return what Snakemake would hand to a rule's script."""

    def files(kind: Any, given: Mapping[str, Any] | Sequence[str]) -> Any:
        return kind(fromdict=given) if isinstance(given, Mapping) else kind(toclone=list(given))

    return SimpleNamespace(
        rule=rule,
        input=files(io.InputFiles, input),
        output=files(io.OutputFiles, output),
        params=io.Params(fromdict=dict(params)),
        wildcards=io.Wildcards(fromdict={"study": "mine", **wildcards}),
        resources=io.ResourceList(fromdict={"gpu": gpu}),
        threads=threads,
        log=[f"results/mine/logs/{rule}.log"],
        config=dict(config),
    )


def run(snakemake: SimpleNamespace, script: str = "") -> None:
    """Run the job's script."""
    runpy.run_path(
        str(ROOT / f"scripts/{script or snakemake.rule}.py"), init_globals={"snakemake": snakemake}
    )


def present() -> dict[str, int]:
    """List the files below the present folder with their sizes, logs and links left out."""
    found = [path for path in Path().rglob("*") if path.is_file() and not path.is_symlink()]
    # What had been finished before the mistake stays in the resume store, whole.
    kept = {path for path in found if "resume" in path.parts and not path.name.startswith(".")}
    return {str(path): path.stat().st_size for path in found if "logs" not in path.parts and path not in kept}


def job_is_refused(
    snakemake: SimpleNamespace, message: Told, capfd: pytest.CaptureFixture[str], script: str = ""
) -> None:
    """Run a job that must fail, and hold terminal, log and folder against what every fault must look like."""
    for name in snakemake.output:
        Path(name).unlink(missing_ok=True)  # as Snakemake does before a job
    before = present()
    capfd.readouterr()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("ignore")
        for shown in (UserWarning, RuntimeWarning, FutureWarning):
            warnings.simplefilter("default", shown)
        with pytest.raises(SystemExit) as stopped:
            run(snakemake, script)
    assert stopped.value.code == 1
    assert not warned, warned[0]  # pytest keeps from the terminal what a user would see there
    told = f"{snakemake.rule}: error: {message}\n"
    terminal, log = capfd.readouterr().err, Path(snakemake.log[0]).read_text()
    assert terminal == told, terminal
    assert log.endswith(told), log
    for line in str(message).splitlines():
        assert log.count(line) == 1, log
    assert "Traceback" not in log
    assert present() == before, sorted(
        set(present()) ^ set(before)
    )  # no output, no half of one, no temporary file
