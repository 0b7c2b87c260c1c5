"""The boundary: student code runs in a confined process; inputs go in and values come out.

Nothing is imported here: `sandbox.worker` runs beside student code and loads only the wire format.
"""
