# What is printed before anything runs: what remains to be trained and what it will cost on this machine.

import os

from seqgraft.planning.costs import REFERENCE
from seqgraft.planning.plan import plan_of, plan_text
from seqgraft.planning.speed import measure

# The rules that train or fit, and which wildcards say what.
TRAINING_RULES = {
    "pretrain": ("pretrain", "sources", "model"),
    "pretrain_with_leaks": ("pretrain", "sources", "model"),
    "pretrain_shared": ("pretrain", "sources", "model"),
    "pretrain_shared_with_leaks": ("pretrain", "sources", "model"),
    "adapt": ("adapt", "transfer", "model"),
    "finetune": ("finetune", "transfer", "strategy"),
    "finetune_with_leaks": ("finetune", "transfer", "strategy"),
    "finetune_without_source": ("finetune", "target", "strategy"),
    "scratch_with_leaks": ("finetune", "target", "strategy"),
    "baseline": ("baseline", "target", "baseline"),
}
# Rules that train nothing and take long all the same, and the wildcard that says of what.
RULES_BESIDE = {
    "identity": "target",
    "source_scores": "transfer",
    "forgetting": "study",
}


def planned_jobs():
    """Return the jobs to come that train and those beside them, as the plan names them, and the number of the others."""
    training, beside, others = [], [], 0
    for job in workflow.dag.needrun_jobs():
        if job.rule.name in TRAINING_RULES:
            kind, scope, name = TRAINING_RULES[job.rule.name]
            training.append((kind, job.wildcards[scope], job.wildcards[name]))
        elif job.rule.name in RULES_BESIDE:
            beside.append((job.rule.name, job.wildcards[RULES_BESIDE[job.rule.name]]))
        else:
            others += 1
    return training, beside, others


def stored_fits():
    """Count the finished fits that lie in the resume stores of the jobs to come."""
    folders = [
        Path(job.params.resume)
        for job in workflow.dag.needrun_jobs()
        if job.rule.name in TRAINING_RULES
    ]
    return sum(len(list(folder.glob("*.safetensors"))) for folder in folders)


def places_for(jobs, threads):
    """Count the jobs that will train at once: by the cores of this machine or, on a cluster, by jobs in the queue."""
    given = workflow.resource_settings
    most = (given.cores or 1) // threads if workflow.local_exec else given.nodes
    return max(1, min(most, len(jobs)))


def announcement():
    """Put the plan into words; measure this machine only where something will be trained."""
    jobs, beside, others = planned_jobs()
    threads = STUDY.training.threads
    places = places_for(jobs, threads)
    speed = None
    if jobs:
        try:
            # The node that submits to a cluster is measured, too, but never with more processes than it has cores.
            speed = measure(min(places, os.cpu_count() or 1), threads)
        except (OSError, RuntimeError) as error:
            print(f"seqgraft: no estimate of time: {error}", file=sys.stderr)
    plan = plan_of(STUDY, jobs, speed or REFERENCE, beside=beside)
    return plan_text(
        STUDY, plan, speed, places=places, others=others, stored=stored_fits()
    )
