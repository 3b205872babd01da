"""The manifests fit Kubernetes' own schemas, harden the pods,
and match the service and its image."""

import os
import re
from pathlib import Path

import pytest
import yaml

JUKEBOX = Path(__file__).parents[2] / "jukebox"


@pytest.fixture(autouse=True)
def commands(prepared, monkeypatch):
    """kubectl and helm, as `prepare.sh` unpacked them."""
    monkeypatch.setenv("PATH", f"{prepared}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def rendered(typed, here):
    """What the transcript wrote: each resource by its kind."""
    assert typed("works.console") == [0] * 5
    files = [here / "service.yaml", here / "update.yaml"]
    return {
        one["kind"]: one
        for file in files
        for one in yaml.safe_load_all(file.read_text())
    }


def pods(rendered):
    """The pod of the service and the pod of the scheduled update."""
    job = rendered["CronJob"]["spec"]["jobTemplate"]["spec"]
    return [
        owner["template"]["spec"] for owner in (rendered["Deployment"]["spec"], job)
    ]


def test_no_pod_runs_as_root_or_writes_outside_its_volumes(rendered):
    """Both have limits, too: a leak ends one pod and not the node."""
    for pod in pods(rendered):
        container = pod["containers"][0]
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert not container["securityContext"]["allowPrivilegeEscalation"]
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
        assert {"cpu", "memory"} == set(container["resources"]["limits"])


def test_the_probes_ask_for_paths_that_the_service_has(rendered):
    """A restart repairs a process and no missing model,
    so liveness does not ask for one."""
    container = pods(rendered)[0]["containers"][0]
    asked = {
        name: container[f"{name}Probe"]["httpGet"]["path"]
        for name in ("liveness", "readiness")
    }
    has = re.findall(
        r'@app\.get\("([^"]+)"', (JUKEBOX / "serving" / "app.py").read_text("utf-8")
    )

    assert asked == {"liveness": "/health/live", "readiness": "/health/ready"}
    assert set(asked.values()) < set(has)


def test_the_manifests_and_the_image_name_the_same_user_port_and_home(rendered):
    """They stand in two files, and a pod fails where they differ."""
    image = (JUKEBOX / "deploy" / "Dockerfile").read_text("utf-8")
    pod = pods(rendered)[0]
    container = pod["containers"][0]

    assert f"USER {pod['securityContext']['runAsUser']}:" in image
    assert f"EXPOSE {container['ports'][0]['containerPort']}\n" in image
    assert f"VOLUME {container['volumeMounts'][0]['mountPath']}\n" in image


def test_only_the_autoscaler_says_how_many_pods_there_are(rendered):
    """A number in the Deployment would undo its work at each release."""
    assert "replicas" not in rendered["Deployment"]["spec"]
    assert (
        rendered["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"]
        == "jukebox"
    )


def test_a_text_is_always_refused_and_a_misspelt_key_only_strictly(typed):
    """Without --strict,
    the root file system of the second would be writable, in silence."""
    assert typed("fails.console") == [1, 0, 1]
