#!/bin/sh
# Finds Python @python@, and lets start.py do the rest. It needs no other program, and no rights.
cd "$(dirname "$0")" || exit 1
if [ ! -f start.py ]; then
    echo "start.py is not next to start.sh: unpack the whole ZIP first." >&2
    exit 1
fi
for python in python@python@ python3 python; do
    if "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (@tuple@))' 2>/dev/null; then
        exec "$python" start.py "$@"
    fi
done
echo "This bundle needs Python @python@, and this machine has none that answers to" >&2
echo "python@python@, python3 or python. README.txt says where Python comes from." >&2
exit 1
