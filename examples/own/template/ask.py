"""Ask the service about the first row of a CSV file: `python ask.py inbox/rows-2026-01.csv`."""

import csv
import json
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    row = next(csv.DictReader(file))
for change in sys.argv[2:]:  # such as calls=3
    name, _, value = change.partition("=")
    row[name] = value
address = "http://127.0.0.1:8000/predict"
request = Request(address, json.dumps(row).encode(), {"Content-Type": "application/json"})
try:
    with urlopen(request) as answered:  # noqa: S310, the address is written above
        answer = json.load(answered)
except HTTPError as error:
    sys.exit(f"{error.code}: {json.load(error)['detail']}")
print(f"{answer['id']} in {answer['period']}: {answer['prediction']}, by {answer['version']}")
