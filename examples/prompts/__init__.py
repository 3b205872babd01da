"""Prompts as versioned files, measured on one set of support tickets with a small real model."""
