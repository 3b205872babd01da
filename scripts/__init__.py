"""The commands of the repository, each run as `python -m scripts.NAME`."""
