"""`snakemake --report` from a finished study: one file or a .zip, every result with its caption and labels."""

import html
import json
import re
import zipfile
from pathlib import Path

import pytest
from study_folder import ROOT, Folder
from warm import Warm

TINY = str(ROOT / "tests/config/tiny.yaml")
TRANSFERS = ["ecoli--bsubtilis", "bsubtilis--ecoli"]
TASKS = ["ecoli", "bsubtilis"]
FITS = [f"transfers/{name}/full" for name in TRANSFERS]
FITS += [f"targets/{task}/{name}" for task in TASKS for name in ("scratch", "constant", "kmer-logistic")]
TABLES = ["metrics", "summary", "comparisons", "savings", "calibration", "reliability", "suspicions"]
TABLES.append("identity_bands")
KINDS = ("learning-curve", "comparisons", "reliability", "identity")
CURVES = [f"{name}.{kind}" for name in TRANSFERS for kind in KINDS]
# What a person looks for, by category.
EXPECTED = {
    "Answer": ["report.html", "verdicts.json", *[f"{name}.tsv" for name in TABLES]],
    "Figures": [
        *[f"figures/{name}.svg" for name in CURVES],
        *[f"figures/{task}.training.svg" for task in TASKS], "figures/transfers.matrix.svg",
    ],
    "Data": ["leakage.tsv", "excluded.tsv", *[f"data/{task}/rejects.tsv" for task in TASKS]],
    "Training": [f"{place}/history.tsv" for place in [*FITS, *[f"pretrained/{task}/0" for task in TASKS]]],
    "How it was run": ["provenance.json", "config.yaml"],
}  # fmt: skip


def made(finished: Folder, warm: Warm, path: Path) -> Path:
    result = finished.snakemake("--configfile", TINY, "--report", str(path), warm=warm)
    assert result.returncode == 0, result.stdout
    assert "WARNING" not in result.stdout, result.stdout  # docutils warns of captions that it cannot read
    return path


@pytest.fixture(scope="module")
def page(finished: Folder, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> str:
    return made(finished, warm, tmp_path_factory.mktemp("report") / "report.html").read_text()


def variable(page: str, name: str) -> dict:
    start = f"var {name} = "  # the page's own scripts have variables of such names, too
    return json.JSONDecoder().raw_decode(page, page.index(f'{start}{{"') + len(start))[0]


def words(caption: str) -> str:
    return html.unescape(" ".join(re.sub("<[^>]*>", "", caption).split()))


def test_the_page_holds_each_result_in_its_category(page: str) -> None:
    categories = variable(page, "categories")
    found = {name: {path for paths in own.values() for path in paths} for name, own in categories.items()}
    assert found == {name: {f"results/tiny/{path}" for path in paths} for name, paths in EXPECTED.items()}


def test_each_result_has_a_caption_and_labels(page: str) -> None:
    for path, result in variable(page, "results").items():
        caption = words(result["caption"])
        assert len(caption) > 60, path
        assert not re.search(r"\{|\}|Undefined|None", caption), f"{path}: {caption}"
        assert all(result["labels"].values()), path


def test_captions_name_what_they_belong_to(page: str) -> None:
    results = variable(page, "results")
    own = {path.removeprefix("results/tiny/"): words(entry["caption"]) for path, entry in results.items()}
    assert "full on ecoli--bsubtilis" in own["transfers/ecoli--bsubtilis/full/history.tsv"]
    assert "constant on ecoli" in own["targets/ecoli/constant/history.tsv"]
    assert "source model 1 of bsubtilis" in own["pretrained/bsubtilis/0/history.tsv"]
    assert "5 replicates" in own["summary.tsv"]
    assert results["results/tiny/figures/ecoli--bsubtilis.comparisons.svg"]["labels"] == {
        "transfer": "ecoli--bsubtilis",
        "what": "comparisons",
    }


def test_the_page_opens_with_the_study_and_says_simulated(page: str) -> None:
    start = page.index("var workflow_desc = ") + len("var workflow_desc = ")
    about = words(json.JSONDecoder().raw_decode(page, start)[0])
    assert "A tiny simulated study" in about
    assert "simulated E. coli onto simulated B. subtilis" in about
    assert "SIMULATED DATA" in about


def test_the_zip_holds_the_same_files(finished: Folder, warm: Warm, tmp_path: Path) -> None:
    with zipfile.ZipFile(made(finished, warm, tmp_path / "report.zip")) as archive:
        held = sorted(Path(name).name for name in archive.namelist() if "/data/" in name)
        assert sorted(Path(path).name for paths in EXPECTED.values() for path in paths) == held
        curve = next(
            name for name in archive.namelist() if name.endswith("ecoli--bsubtilis.learning-curve.svg")
        )
        original = finished.path / "results/tiny/figures/ecoli--bsubtilis.learning-curve.svg"
        assert archive.read(curve) == original.read_bytes()
