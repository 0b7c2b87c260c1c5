"""The system call filter for workers, compiled once on the trusted side."""

from __future__ import annotations

import errno
import functools
import sys
import tempfile

# New processes, other processes, the network, namespaces, interfaces to the kernel itself, and IPC objects that
# would outlive the process. Messages that carry descriptors: files in transit cannot be counted. Signals and
# priorities too: under a tier without a user of its own, one call could end every process of the instructor's.
# Threads are allowed.
_REFUSED = (
    "fork", "vfork", "execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
    "kcmp", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "socket", "socketpair", "connect", "bind", "listen",
    "accept", "accept4", "unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount",
    "fsopen", "fsmount", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "keyctl", "add_key", "request_key", "shmget", "shmat", "msgget", "semget", "mq_open",
    "memfd_create", "fanotify_init", "inotify_init", "inotify_init1", "name_to_handle_at", "open_by_handle_at",
    "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "shmctl", "semctl", "msgctl", "memfd_secret",
    "setpriority", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr", "ioprio_set",
    "migrate_pages", "move_pages", "process_mrelease", "io_setup", "io_submit", "delete_module", "kexec_file_load",
    "init_module", "finit_module", "kexec_load", "syslog", "reboot", "swapon", "swapoff", "acct", "personality",
    "sendmsg", "sendmmsg",
)  # fmt: skip
_CLONE_THREAD = 0x00010000
_SHARED_AND_ANONYMOUS = 0x21
_PR_SET_PDEATHSIG = 1


@functools.cache
def compiled_filter() -> bytes | None:
    """Return the BPF program, 8 bytes per instruction, or None if libseccomp is not available."""
    if sys.platform != "linux":
        return None
    try:
        import pyseccomp  # type: ignore[import-untyped]
    except (ImportError, RuntimeError, OSError):
        return None
    refuse = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in _REFUSED:
        try:
            rules.add_rule(refuse, name)
        except (OSError, ValueError):  # a call unknown to this libseccomp or on this architecture
            continue
    # glibc starts both processes and threads through clone3, whose flags a filter cannot see; without it glibc
    # falls back to clone, whose flags it can.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.add_rule(
        pyseccomp.ERRNO(errno.EAGAIN), "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0)
    )
    # Shared memory stays allocated as long as one page of it is mapped, and no limit counts the rest.
    shared = pyseccomp.Arg(3, pyseccomp.MASKED_EQ, _SHARED_AND_ANONYMOUS, _SHARED_AND_ANONYMOUS)
    rules.add_rule(refuse, "mmap", shared)
    # The limits of other processes, and the signal by which the worker ends with its grader.
    rules.add_rule(refuse, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))
    rules.add_rule(refuse, "prctl", pyseccomp.Arg(0, pyseccomp.EQ, _PR_SET_PDEATHSIG))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
