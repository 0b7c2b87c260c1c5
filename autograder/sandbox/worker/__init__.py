"""The process that student code runs in; of the package it knows only the wire format."""
