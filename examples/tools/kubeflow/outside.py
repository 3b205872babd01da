"""A step that uses a name from outside its function:
right in Python, wrong in Kubeflow."""

from jukebox import COUNTRIES
from kfp import dsl, local


@dsl.component(base_image="jukebox:0.1.0", install_kfp_package=False)
def countries() -> int:
    """Count the countries that the model is asked about."""
    return len(COUNTRIES)


@dsl.pipeline(name="outside")
def pipeline() -> int:
    """One step, which is enough."""
    return countries().output


if __name__ == "__main__":
    local.init(local.SubprocessRunner(use_venv=False), pipeline_root="runs")
    pipeline()
