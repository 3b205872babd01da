"""Import every module of the package and of the site's extensions: `python -m scripts.imports`."""

import importlib
import pkgutil

import jukebox

import docs._ext

names = [
    module.name
    for package in (jukebox, docs._ext)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.endswith(".__main__")  # to import it is to run it
]
for name in names:
    importlib.import_module(name)
print(f"jukebox, docs._ext and {len(names)} modules of theirs can be imported")
