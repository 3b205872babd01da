"""One model of your own, from a delivery of rows to a monitor; `python -m own --help`."""
