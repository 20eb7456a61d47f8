"""What the fits of a study are made of, as far as their cost goes: labels, members, regressions, work."""

from seqgraft.alphabets import ALPHABETS
from seqgraft.config.learning import TrainingSettings
from seqgraft.config.splitting import share_of_test
from seqgraft.config.study import Study
from seqgraft.learn.choosing import HELD_OUT_MOST, HELD_OUT_SHARE, LARGE
from seqgraft.planning.costs import Work, logistic_seconds, work_of
from seqgraft.planning.sizes import TaskSize
from seqgraft.planning.speed import Speed


def tested(study: Study, task: str, size: TaskSize | None) -> float:
    """Return the sequences of a task's test part; 0 where they are not known yet."""
    return size.sequences * share_of_test(study.tasks[task].split) if size else 0.0


def pooled(study: Study, task: str, size: TaskSize | None) -> float:
    """Return the sequences of a task's pool; 0 where they are not known yet."""
    return size.sequences * (1 - share_of_test(study.tasks[task].split)) if size else 0.0


def labels_of(study: Study, target: str, size: TaskSize | None) -> list[float]:
    """Return the numbers of labels of a target's fits; 0 for an `all` that is not known yet."""
    pool = pooled(study, target, size)
    return [pool if number == "all" else float(number) for number in study.train_sizes]


def division(training: TrainingSettings, labels: float) -> tuple[int, float]:
    """Return how many members a fit has, and from how many labels each learns."""
    if labels < LARGE:
        return training.folds, labels - labels // training.folds
    return training.members, labels - min(HELD_OUT_SHARE * labels, HELD_OUT_MOST)


def regressions(study: Study, labels: float, members: int, speed: Speed) -> float:
    """Return the seconds of one train size of a logistic regression, for all replicates."""
    return logistic_seconds(study.replicates * members * len(study.training.penalties), labels, speed)


def work_on(study: Study, task: str, size: TaskSize) -> Work:
    """Return the work of one sequence of a task."""
    return work_of(len(ALPHABETS[study.tasks[task].alphabet_name].letters), size.length, study.backbone)
