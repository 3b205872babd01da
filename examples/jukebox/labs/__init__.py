"""The labs: sets up what a learner begins with, and checks what the learner did."""
