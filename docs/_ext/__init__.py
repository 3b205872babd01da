"""The handbook's own Sphinx extensions: each knows of no page, and holds one contract."""
