"""Keeps the models, who put which into service and when, and each answer that they gave."""
