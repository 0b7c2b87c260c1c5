"""For authors of assignments: start, verify, release, bundle and rehearse one."""
