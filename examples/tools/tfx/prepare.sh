# The tracks are simulated by Jukebox's own code, which needs no more than NumPy, SciPy and pandas.
PYTHONPATH=examples "$PYTHON" examples/tools/tfx/tracks.py "$1"
