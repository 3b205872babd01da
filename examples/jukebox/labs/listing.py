"""The listing: each lab by its number."""

from jukebox.labs.a_gate_that_says_no import AGateThatSaysNo
from jukebox.labs.canary_and_rollback import CanaryAndRollback
from jukebox.labs.deploy_and_swap import DeployAndSwap
from jukebox.labs.dirty_data import DirtyData
from jukebox.labs.drift_you_can_trust import DriftYouCanTrust
from jukebox.labs.first_model import FirstModel
from jukebox.labs.lab import Lab
from jukebox.labs.the_three_triggers import TheThreeTriggers
from jukebox.labs.trace_a_prediction import TraceAPrediction

# In their order; a new one goes to the end, for the number of a lab stands in folders and on pages.
ORDER: tuple[Lab, ...] = (
    FirstModel(),
    DirtyData(),
    AGateThatSaysNo(),
    DeployAndSwap(),
    CanaryAndRollback(),
    DriftYouCanTrust(),
    TheThreeTriggers(),
    TraceAPrediction(),
)
LABS = dict(enumerate(ORDER, 1))
