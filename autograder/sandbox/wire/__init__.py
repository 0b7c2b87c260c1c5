"""The wire format between the trusted side and a worker: values, messages and frames."""
