"""Jukebox, broken on purpose: each proof writes its figures, and fails when its goal is missed."""
