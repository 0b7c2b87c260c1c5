"""For those who write assignments: begin, prove, release, bundle and rehearse one."""
