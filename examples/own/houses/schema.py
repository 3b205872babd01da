"""Your table, in one place: what a row is, what its cells may hold, when its label is known.

This is the file to write for a table of your own. All other modules read it.
"""

import pandera.pandas as pa

ID = "house"  # who or what a row is about; at most one row a period
TIME = "offered"  # the row's date: nothing in the row may be newer than it
PERIOD = "Q"  # what one file holds: "D" a day, "M" a month, "Q" a quarter

LABEL = "price"  # what really happened: what the house was sold for, in euros
KIND = "number"  # or "yes/no"
DELAY = 1  # periods after its own in which a row's label is known

COMPLETE = 0.8  # the share of a period's labels that has to be there: some houses are never sold
TEST = 2  # the newest labelled periods, which are kept back to judge a model
ASIDE = 0.1  # the share of a delivery's rows that may be wrong; above it, the delivery stops

FEATURES = {
    "area": pa.Column(float, pa.Check.in_range(15, 1000)),  # square metres
    "rooms": pa.Column(int, pa.Check.in_range(1, 30)),
    "built": pa.Column(int, pa.Check.in_range(1500, 2100)),  # year
    "distance": pa.Column(float, pa.Check.in_range(0, 100)),  # kilometres to the centre
    "district": pa.Column(str, pa.Check.isin(["north", "river", "south"])),
}
ANSWER = pa.Column(float, pa.Check.in_range(1000, 50_000_000))  # what a label may be
