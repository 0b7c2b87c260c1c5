"""The boundary: student code in a confined process, to which inputs go and from which values come.

Nothing is imported here: `sandbox.worker` runs beside student code and loads only the wire format.
"""
