"""Reads and checks the rows that come in, keeps them in versions, and deletes a track on request."""
