# The tracks are simulated by Jukebox's own code, examples/jukebox/world/simulation.py and what
# examples/jukebox/problem.py and examples/jukebox/schema.py say: it needs no more than NumPy, SciPy,
# pandas and lazy-loader.
PYTHONPATH=examples "$PYTHON" examples/tools/tfx/tracks.py "$1"
