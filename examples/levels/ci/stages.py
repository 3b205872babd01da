"""What a workflow lacks that a model needs: found in its commands and in what waits for what.

A schema says whether a workflow is well formed. It cannot say whether the gate is asked before a
model is promoted, or whether anything starts where nobody commits.
"""

from pathlib import Path

import yaml

# What has to be run, and what is missing where it is not.
STAGES = {
    "validate": "nothing checks the data",
    "train": "nothing trains",
    "evaluate": "nobody asks the gate",
    "promote": "a model comes into service by hand",
    "monitor": "nothing looks at outcomes",
}
ORDER = [("validate", "train"), ("train", "evaluate"), ("evaluate", "promote")]
CLOCKS = {"schedule", "repository_dispatch"}


def stages(job):
    """Give the words that follow `jukebox` in the steps of a job, in their order.

    A step that goes on after an error says nothing, and neither does a line with `|` or `||`: both
    may hide the exit code, and a gate whose no is not heard is none.
    """
    steps = [step for step in job.get("steps", []) if not step.get("continue-on-error")]
    lines = [line for step in steps for line in step.get("run", "").splitlines()]
    words = [line.split() for line in lines if "|" not in line]
    return [found[1] for found in words if found[:1] == ["jukebox"] and len(found) > 1]


def before(jobs, name):
    """Give the names of all jobs that have succeeded when a job begins."""
    found, ask = set(), [name]
    while ask:
        needs = jobs.get(ask.pop(), {}).get("needs", [])
        new = ({needs} if isinstance(needs, str) else set(needs)) - found
        found |= new
        ask += new
    return found


def lacks(workflow):
    """Give what a workflow lacks, a sentence each; nothing, if it has all that a model needs.

    workflow: the path of a file, or its text. Raises ValueError for one without jobs.
    """
    text = workflow.read_text("utf-8") if isinstance(workflow, Path) else workflow
    file = yaml.safe_load(text)
    if not isinstance(file, dict) or not file.get("jobs"):
        raise ValueError("This is no workflow: it has no `jobs`. Give the file with the jobs.")
    jobs, starts = file["jobs"], file.get("on", file.get(True, []))  # YAML 1.1 reads `on` as true
    starts = {starts} if isinstance(starts, str) else set(starts)
    ran = {name: stages(job) for name, job in jobs.items()}

    found = [] if CLOCKS & starts else ["it starts only when somebody commits"]
    done = {stage for words in ran.values() for stage in words}
    found += [sentence for stage, sentence in STAGES.items() if stage not in done]
    for first, then in ORDER:
        for name, words in ran.items():
            if first not in done or then not in words:
                continue
            earlier = words[: words.index(then)] + [w for n in before(jobs, name) for w in ran[n]]
            if first not in earlier:
                found.append(f"`{then}` does not wait for `{first}`")
    return found
