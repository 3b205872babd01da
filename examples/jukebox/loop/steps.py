"""The words of the loop: what may start a run, its steps, and how it may end."""

TRIGGERS = ("code", "data", "performance")  # what may start a run; the last is the arrow back
# Between the start and the promotion, which is an ending.
STEPS = ("validate", "train", "gate", "register", "canary")
ENDINGS = ("promoted", "refused", "rolled back")
# How each ending looks on a terminal: its sign and its colour.
MARKS = {"promoted": ("✓", "green"), "refused": ("✗", "yellow"), "rolled back": ("↶", "magenta")}
