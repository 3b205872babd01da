# The command `jukebox`, with what it needs, for the steps of the workflow. It runs the sources that
# are there, so that it never is an older Jukebox.
"$PYTHON" -m venv "$1/packages"
install=("$1/packages/bin/python" -m pip install -qq --disable-pip-version-check)
! command -v uv >/dev/null || install=(uv pip install -q --python "$1/packages/bin/python")
"${install[@]}" --require-hashes -r locks/northstar.txt
mkdir "$1/bin"
printf '#!/bin/sh\nPYTHONPATH=%q exec %q -m jukebox "$@"\n' \
  "$PWD/examples" "$1/packages/bin/python" >"$1/bin/jukebox"
chmod +x "$1/bin/jukebox"
