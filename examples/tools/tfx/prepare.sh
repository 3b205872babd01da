# The tracks are simulated by Jukebox's own code, examples/jukebox/world/simulation.py and what
# examples/jukebox/problem.py says: they need no more than NumPy, SciPy and pandas.
PYTHONPATH=examples "$PYTHON" examples/tools/tfx/tracks.py "$1"
