"""Waits for the interpreter's end to act.

Mechanism: `atexit`, finalizers, `__del__`, a thread that outlives the main thread and a pending signal.
Must happen: the process is killed and never reaches them; nothing they could reach is there.
Aims at: the boundary
"""

import atexit
import signal
import threading
import time
import weakref

import numpy as np


def forge(*arguments):
    while True:
        try:
            with open("/autograder/results/results.json", "w") as file:
                file.write('{"score": 18.0}')
        except OSError:
            pass
        time.sleep(0.05)


class Bomb:
    def __del__(self):
        forge()


atexit.register(forge)
bomb = Bomb()
weakref.finalize(np, forge)
threading.Thread(target=forge, daemon=False).start()
signal.signal(signal.SIGTERM, forge)


def loss(w, X, y, reg):
    return 0.0, np.zeros_like(w)
