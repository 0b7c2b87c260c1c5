"""Sets up what an assignment needs: run it with `python3 start.py` in the folder that the zip was unpacked to.

One environment, `.venv` in the folder above, serves all assignments of a course. `python3 start.py --notebook` adds
Jupyter, and `--here` installs into the Python that runs this, as in Colab. Written for any Python, because an old one has
to be able to say that it is too old.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST_TRIED = 20
HERE = os.path.dirname(os.path.abspath(__file__))
WINDOWS = os.name == "nt"


class Stop(Exception):
    """Ends the set-up; the text is one sentence with the command to run."""


def main(arguments):
    """Make the environment if there is none, install what is missing, and say what to do next."""
    options = [name for name in arguments if name not in ("--notebook", "--here")]
    if options:
        raise Stop("start.py knows no {}; run: {}".format(options[0], command("--notebook")))
    refuse_old_python(sys.version_info, arguments)
    if "--here" in arguments:
        # What is there already stays as it is: a platform's own versions serve, and replacing them would break it.
        install(sys.executable, arguments, [name for name in os.listdir(HERE) if name.endswith(".whl")])
        print("Ready.")
        return
    place = environment()
    python = interpreter(place)
    if not os.path.exists(python):
        make(place, arguments)
    install(python, arguments)
    activate = os.path.join(os.path.dirname(python), "activate")
    activate = os.path.relpath(activate, os.getcwd()) if not WINDOWS else activate
    print("\nReady. In every new terminal, first run\n")
    print("    {}{}\n".format("" if WINDOWS else ". ", quoted(activate)))
    print("and then, in this folder, autograder status, autograder check or autograder submit.\n")
    sys.stdout.flush()
    subprocess.call([python, "-m", "autograder", "status"], cwd=HERE)


def command(*arguments):
    """Return how to run this again."""
    return " ".join(["py" if WINDOWS else "python3", "start.py"] + list(arguments))


def quoted(path):
    """Return a path as a shell takes it, also with blanks and brackets."""
    plain = all(letter.isalnum() or letter in "/\\._-:~" for letter in path)
    return path if plain else '"{}"'.format(path)


def refuse_old_python(version, arguments):
    """Stop where this Python is too old, naming a newer one of this machine if there is one."""
    if tuple(version[:2]) >= OLDEST:
        return
    what = "This needs Python {}.{} or newer, and this is {}.{}".format(*(OLDEST + tuple(version[:2])))
    rest = " ".join(["start.py"] + list(arguments))
    if WINDOWS:
        raise Stop("{}; install a newer one and run: py -3 {}".format(what, rest))
    which = getattr(shutil, "which", lambda name: None)
    for minor in range(NEWEST_TRIED, OLDEST[1] - 1, -1):
        if which("python3.{}".format(minor)):
            raise Stop("{}; run: python3.{} {}".format(what, minor, rest))
    raise Stop("{}; install a newer one, for example from python.org, and run: python3 {}".format(what, rest))


def environment():
    """Return where the environment is or shall be: above this folder for all assignments, or else in it."""
    above, own = (os.path.join(folder, ".venv") for folder in (os.path.dirname(HERE), HERE))
    for place in (above, own):
        if os.path.exists(interpreter(place)):
            return place
    for place in (above, own):
        if os.access(os.path.dirname(place), os.W_OK):
            return place
    raise Stop(
        "Nothing can be written to {}; copy this folder to a place of your own and run there: {}".format(
            HERE, command()
        )
    )


def interpreter(place):
    """Return the path of an environment's Python."""
    return os.path.join(place, "Scripts", "python.exe") if WINDOWS else os.path.join(place, "bin", "python")


def make(place, arguments):
    """Make the environment."""
    print("Making an environment in {} ...".format(place))
    sys.stdout.flush()
    done = subprocess.Popen(
        [sys.executable, "-m", "venv", place], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = done.communicate()[0].decode("utf-8", "replace")
    if done.returncode == 0:
        return
    shutil.rmtree(place, ignore_errors=True)
    again = command(*arguments)
    if "ensurepip" in said or "No module named venv" in said:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise Stop(
            "This Python cannot make environments; run: sudo apt install {} && {}".format(package, again)
        )
    last = (said.strip().splitlines() or ["no reason given"])[-1]
    raise Stop("No environment could be made ({}); mend that and run: {}".format(last, again))


def install(python, arguments, wheels=()):
    """Install what the assignment needs into the environment: what a file names, or some wheels and what they need."""
    name = "requirements-notebook.txt" if "--notebook" in arguments else "requirements.txt"
    name = wheels[0] if wheels else name
    print("Installing what {} needs ...".format(name))
    sys.stdout.flush()
    options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:"] + (
        ["./" + name] if wheels else ["-r", name]
    )
    done = subprocess.Popen(
        [python, "-m", "pip", "install"] + options, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = done.communicate()[0].decode("utf-8", "replace")
    if done.returncode == 0:
        return
    again = command(*arguments)
    network = (
        "NewConnectionError",
        "ConnectTimeout",
        "ReadTimeout",
        "ProxyError",
        "Name or service not known",
    )
    if any(sign in said for sign in network):
        raise Stop("The packages cannot be reached; connect to the network and run: {}".format(again))
    if "No space left" in said:
        raise Stop("There is no space left on this disk; free 150 MB and run: {}".format(again))
    last = (said.strip().splitlines() or ["no reason given"])[-1]
    raise Stop("pip could not install {} ({}); mend that and run: {}".format(name, last, again))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Stop as stop:
        sys.exit("start.py: {}".format(stop))
