"""Attempts to reach what is not the hand-in's: each returns what it got, or raises.

The same source runs in a worker, where it must fail, and in a plain Python, where it must succeed: what
cannot succeed anywhere would prove nothing.
"""
# An attack goes the shortest way.
# ruff: noqa: PTH105, PTH118, PTH120, PTH123, PTH208, PTH211

import contextlib
import ctypes
import importlib.util
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile


def read(path):
    with open(path, "rb") as file:
        return file.read()


def read_through_a_link(path):
    link = os.path.join(tempfile.mkdtemp(), "mine")
    os.symlink(path, link)
    return read(link)


def read_through_the_c_library(path):
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.open(str(path).encode(), 0)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "open")
    return os.read(descriptor, 1 << 16)


def read_by_another_program(path):
    return subprocess.run(["/bin/cat", path], capture_output=True, check=True).stdout


def import_file(path):
    spec = importlib.util.spec_from_file_location("stolen", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.TOKEN


def import_by_name(path):
    sys.meta_path[:] = [finder for finder in sys.meta_path if isinstance(finder, type)]
    sys.path.insert(0, os.path.dirname(path))
    return __import__(pathlib.Path(path).stem).TOKEN


def list_folder(path):
    return os.listdir(os.path.dirname(path))


def walk_from_the_root(path):
    """Return every file below the secret's folder that a walk finds, starting at its top folder."""
    top = "/" + pathlib.Path(path).parts[1]
    sys.setrecursionlimit(10_000)  # a test beside this one may make folders deeper than os.walk goes
    found = [name for _, _, names in os.walk(os.path.dirname(os.path.dirname(path))) for name in names]
    return found or os.listdir(top)


def append(path):
    with open(path, "ab") as file:
        file.write(b"# forged")
    return "written"


def replace(path):
    mine = os.path.join(os.path.dirname(path), "mine")
    with open(mine, "wb") as file:
        file.write(b"# forged")
    os.replace(mine, path)
    return "written"


def environment_of(pid):
    return read(f"/proc/{pid}/environ")


def command_line_of(pid):
    return read(f"/proc/{pid}/cmdline")


def memory_of(pid):
    """Return what lies on the heap and stack of another process."""
    found = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            if "rw-p" in line:
                start, stop = (int(part, 16) for part in line.split()[0].split("-"))
                with contextlib.suppress(OSError, OverflowError):
                    memory.seek(start)
                    found.append(memory.read(min(stop - start, 64 << 20)))
    return b"".join(found)


def open_file_of(pid):
    """Return what other processes' open descriptors hold, deleted files too."""
    found = b""
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        if int(descriptor) > 2:
            with contextlib.suppress(OSError):
                found += read(f"/proc/{pid}/fd/{descriptor}")
    return found


def signal_to(pid):
    os.kill(pid, signal.SIGTERM)
    return "sent"


def thread_signal_to(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(234, pid, pid, signal.SIGTERM):  # tgkill
        raise OSError(ctypes.get_errno(), "tgkill")
    return "sent"


def inherited_files():
    """Return what can be read from every descriptor that is open here."""
    found = b""
    for descriptor in range(3, 1024):
        with contextlib.suppress(OSError):
            os.lseek(descriptor, 0, os.SEEK_SET)
            found += os.read(descriptor, 1 << 16)
    return found


def connect_to(port):
    with socket.create_connection(("127.0.0.1", port), timeout=2) as stream:
        return stream.recv(100)


def connect_to_path(path):
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(path)
        return stream.recv(100)


def send_datagram_to(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
        stream.settimeout(2)
        stream.sendto(b"hello", ("127.0.0.1", port))
        return stream.recv(100)


def shared_memory(key):
    """Return the text at the start of a System V segment of memory."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    number = libc.shmget(key, 0, 0)
    address = libc.shmat(number, None, 0o10000)
    if number < 0 or address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "shmget")
    return ctypes.string_at(address)
