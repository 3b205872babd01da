"""Ask the service about the first row of a file, perhaps with some cells changed.

python ask.py http://127.0.0.1:8000 inbox/rows-2025-12.csv calls=7
"""

import csv
import json
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

address, file, *changes = sys.argv[1:]
with open(file, encoding="utf-8", newline="") as opened:
    row = next(csv.DictReader(opened))
for change in changes:
    name, _, value = change.partition("=")
    row[name] = value
request = Request(  # noqa: S310, you give the address
    f"{address}/predict", json.dumps(row).encode(), {"Content-Type": "application/json"}
)
try:
    with urlopen(request) as answered:  # noqa: S310
        answer = json.load(answered)
except HTTPError as error:
    sys.exit(f"{error.code}: {json.load(error)['detail']}")
print(f"{answer['id']} in {answer['period']}: {answer['prediction']:.3g}, by {answer['version']}")
