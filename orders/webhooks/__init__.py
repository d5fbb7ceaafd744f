"""Telling other programs what happened: signed messages that follow the audit chain."""
