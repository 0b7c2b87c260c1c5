"""Sets up what an assignment needs: run it with `python3 start.py` in the folder that the zip was unpacked to.

One environment, `.venv` in the folder above, serves all assignments of a course. `python3 start.py --notebook` adds
Jupyter, and `--here` installs into the Python that runs this, as in Colab. `python3 start.py check` and the like do what
`autograder check` does, in whatever terminal. Written for any Python, because an old one has to be able to say that it
is too old.
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
    if arguments and not arguments[0].startswith("-"):
        again = command()
        os.chdir(HERE)
        pass_on(["-m", "autograder"] + list(arguments), again)
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
    if not is_whole(python):
        make(place, arguments)
    install(python, arguments)
    activate = os.path.join(os.path.dirname(python), "activate")
    print("\nReady. In every new terminal, first run\n")
    if os.getcwd() != HERE:
        print("    cd {}".format(quoted(near(HERE))))
    for line in activating(quoted(near(activate, HERE))):
        print("    {}".format(line))
    print("\nand then autograder status, autograder check or autograder submit.")
    print("Where the terminal does not allow that: {} check\n".format(python_and("start.py")))
    sys.stdout.flush()
    subprocess.call([python, "-m", "autograder", "status"], cwd=HERE)


def activating(path):
    """Return the command that makes a terminal use the environment, for each shell that wants it in another form."""
    if not WINDOWS:
        return [". " + path]
    if path.startswith('"'):
        # PowerShell only repeats what stands in quotes, and the Command Prompt knows no &.
        return [path + "      in the Command Prompt", "& " + path + "    in PowerShell"]
    return [path]


def inside(file):
    """Go on only in a Python that has what checking needs: run a file again in the environment if this one has not."""
    try:
        __import__("autograder")
    except ImportError:
        pass_on([os.path.abspath(file)] + sys.argv[1:], command())


def pass_on(words, again):
    """Run the environment's Python in place of this one, and end as it does."""
    for place in places():
        python = interpreter(place)
        # One that is half made has only the first.
        if os.path.exists(python) and os.path.exists(program(place)):
            sys.exit(subprocess.call([python] + words))
    sys.exit("start.py: What the checks need is not installed yet; run: {}".format(again))


def near(path, start=None):
    """Return a path as seen from a folder, the current one unless given; whole if it is on another drive."""
    try:
        return os.path.relpath(path, start or os.getcwd())
    except ValueError:  # another drive
        return path


def python_and(*words):
    """Return a command for this system's Python."""
    return " ".join(["py" if WINDOWS else "python3"] + list(words))


def command(*arguments):
    """Return how to run this again from the current folder."""
    return python_and(quoted(near(os.path.join(HERE, "start.py"))), *arguments)


def quoted(path):
    """Return a path as a shell takes it, also with blanks and brackets."""
    plain = all(letter.isalnum() or letter in "/\\._-:~" for letter in path)
    return path if plain else '"{}"'.format(path)


def refuse_old_python(version, arguments):
    """Stop where this Python is too old, naming a newer one of this machine if there is one."""
    if tuple(version[:2]) >= OLDEST:
        return
    what = "This needs Python {}.{} or newer, and this is {}.{}".format(*(OLDEST + tuple(version[:2])))
    rest = command(*arguments).partition(" ")[2]
    if WINDOWS:
        raise Stop("{}; install a newer one and run: py -3 {}".format(what, rest))
    which = getattr(shutil, "which", lambda name: None)
    for minor in range(NEWEST_TRIED, OLDEST[1] - 1, -1):
        if which("python3.{}".format(minor)):
            raise Stop("{}; run: python3.{} {}".format(what, minor, rest))
    raise Stop("{}; install a newer one, for example from python.org, and run: python3 {}".format(what, rest))


def places():
    """Return where an environment may be: above this folder, in it, and above the course's other assignments.

    Windows unpacks each zip into a folder of its own, so that the folder above holds this assignment alone. Elsewhere
    what lies beside the folder above is another course's, or another person's.
    """
    above = os.path.dirname(HERE)
    course = os.path.dirname(above)
    try:
        alone = all(
            name == os.path.basename(HERE) or name.startswith((".", "_")) for name in os.listdir(above)
        )
        beside = [os.path.join(course, name, ".venv") for name in sorted(os.listdir(course))] if alone else []
    except OSError:
        beside = []
    owner = os.stat(HERE).st_uid  # what belongs to another user is neither run nor written to
    others = [place for place in beside if os.path.exists(program(place)) and os.stat(place).st_uid == owner]
    return [os.path.join(above, ".venv"), os.path.join(HERE, ".venv")] + others


def environment():
    """Return where the environment is or shall be: above this folder for all assignments, or else in it."""
    found = places()
    for place in found:
        if os.path.exists(interpreter(place)):
            return place
    for place in found[:2]:
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


def program(place):
    """Return the path of an environment's command `autograder`."""
    return os.path.join(os.path.dirname(interpreter(place)), "autograder.exe" if WINDOWS else "autograder")


def is_whole(python):
    """Return whether an environment is there and was neither left half-made nor moved, which its commands do not survive."""
    if not os.path.exists(python):
        return False
    own = program(os.path.dirname(os.path.dirname(python)))
    tried = [own, "--version"] if os.path.exists(own) else [python, "-m", "pip", "--version"]
    try:
        done = subprocess.Popen(tried, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError:
        return False
    done.communicate()
    return done.returncode == 0


def make(place, arguments):
    """Make the environment; one of ours that was moved is emptied first, because its commands name the place it had."""
    print("Making an environment in {} ...".format(place))
    sys.stdout.flush()
    done = subprocess.Popen(
        [sys.executable, "-m", "venv"] + (["--clear"] if os.path.exists(program(place)) else []) + [place],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
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
    if "externally-managed-environment" in said:
        again = command(*[name for name in arguments if name != "--here"])
        raise Stop("This system installs nothing into its own Python; run: {}".format(again))
    if "No space left" in said:
        raise Stop("There is no space left on this disk; free 150 MB and run: {}".format(again))
    last = (said.strip().splitlines() or ["no reason given"])[-1]
    raise Stop("pip could not install {} ({}); mend that and run: {}".format(name, last, again))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Stop as stop:
        sys.exit("start.py: {}".format(stop))
    except KeyboardInterrupt:
        sys.exit("\nstart.py: stopped; to go on, run: {}".format(command(*sys.argv[1:])))
