"""A killed run goes on with the next fit and ends in the same bytes."""

import copy
import os
import re
import shutil
import signal
import subprocess
import time

from study_folder import Folder
from warm import Warm

TARGET = "results/tiny/targets/bsubtilis/scratch/predictions.parquet"
STORE = "results/tiny/resume/bsubtilis/scratch"
LOG = "results/tiny/logs/finetune/bsubtilis/scratch.log"


def test_sigkill_between_two_fits(finished: Folder, folder: Folder, tiny_config: dict, warm: Warm) -> None:
    shutil.copytree(finished.path, folder.path, dirs_exist_ok=True)  # for its data
    shutil.rmtree(folder.path / STORE)
    config = copy.deepcopy(tiny_config)
    config["training"] = {"folds": 3, "epochs": [0, 12]}  # slow enough to be hit between two fits
    arguments = ("--configfile", folder.write_config(config), "--cores", "2", TARGET)
    log = folder.path / "first.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            folder.command(*arguments),
            cwd=folder.path,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + 120
        while not list((folder.path / STORE).glob("[!.]*.safetensors")):  # a name with a dot is not finished
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not (folder.path / TARGET).exists()

    again = folder.snakemake(*arguments)  # the stale lock is nobody's any more
    assert again.returncode == 0, again.stdout
    said = re.search(r"(\d+) fits trained, (\d+) found in the resume store", (folder.path / LOG).read_text())
    assert said is not None
    trained, found = map(int, said.groups())
    assert trained + found == 10
    assert found >= 1
    assert trained >= 1

    resumed = (folder.path / TARGET).read_bytes()
    for name in (folder.path / STORE).iterdir():
        name.unlink()
    undisturbed = folder.snakemake("--force", *arguments, warm=warm)
    assert undisturbed.returncode == 0, undisturbed.stdout
    assert "10 fits trained, 0 found" in (folder.path / LOG).read_text()
    assert (folder.path / TARGET).read_bytes() == resumed
