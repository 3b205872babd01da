"""Your table, in one place: what a row is, what its cells may hold, when its label is known.

This is the file to write for a table of your own. All other modules read it.
"""

import pandera.pandas as pa

ID = "customer"  # who or what a row is about; at most one row a period
TIME = "month"  # the row's date: nothing in the row may be newer than it
PERIOD = "M"  # what one file holds: "D" a day, "M" a month, "Q" a quarter

LABEL = "left"  # what really happened: the customer left within two months
KIND = "yes/no"  # or "number"
DELAY = 2  # periods after its own in which a row's label is known

COMPLETE = 0.9  # the share of a period's labels that must be there before they are used
TEST = 2  # the newest labelled periods, which are kept back to judge a model
ASIDE = 0.1  # the share of a delivery's rows that may be wrong; above it, it stops

FEATURES = {
    "months": pa.Column(int, pa.Check.in_range(0, 600)),  # since the contract began
    "fee": pa.Column(float, pa.Check.in_range(0, 500)),  # euros a month
    # In the month before: calls to the help desk, and hours of use.
    "calls": pa.Column(int, pa.Check.in_range(0, 200)),
    "hours": pa.Column(float, pa.Check.in_range(0, 744)),
    "plan": pa.Column(str, pa.Check.isin(["basic", "family", "pro"])),
}
ANSWER = pa.Column(int, pa.Check.isin([0, 1]))  # what a label may be
