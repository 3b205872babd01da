"""Jukebox: in which of 72 countries will a track chart?

The running example of the handbook. A module for each stage of the lifecycle;
each imports only those to its left, and `problem` is the leftmost.
"""
