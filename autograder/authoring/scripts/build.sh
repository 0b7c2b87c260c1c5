# Builds the grading environment, once, as root: a virtual environment of its own that student code,
# running as another user, can read, and the secrets where that user cannot.
set -eu
umask 022
source=/autograder/source
environment=/opt/autograder
trap 'echo "setup.sh stopped here; the lines above say why." >&2' ERR

stop() {
    echo "setup.sh: $1" >&2
    trap - ERR
    exit 1
}

as_another_user() {
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

install_packages() {
    echo "Installing $*"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# New enough, and where another user can start it: not below /root, for example.
find_python() {
    for name in python3 python3.12 python3.11; do
        python=$(command -v "$name") || continue
        as_another_user "$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || continue
        return 0
    done
    return 1
}

find_python || install_packages python3.11 python3.11-venv || true
find_python || stop "there is no Python 3.11 or newer that another user can start; choose an image that has one."
version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
"$python" -c 'import ensurepip' 2> /dev/null || install_packages "$version-venv"
ldconfig -p | grep -q 'libseccomp\.so\.2' || install_packages libseccomp2 \
    || echo "libseccomp2 cannot be installed; student code runs without that one of its fences."

echo "Making $environment with $python"
"$python" -m venv --clear "$environment"
install="$environment/bin/python -I -m pip install --disable-pip-version-check --no-input --progress-bar off"
$install --only-binary :all: --require-hashes -r "$source/requirements.txt"
$install --no-index --no-deps "$source"/homework_autograder-*.whl
as_another_user "$environment/bin/python" -I -c 'import msgspec, numpy' \
    || stop "$environment/bin/python cannot be started by another user; make $environment readable for all."

# The tests, the reference and the salt are for root alone.
chown -R root:root "$source"
chmod -R go= "$source"
for script in "$source/run_autograder" /autograder/run_autograder; do
    [ ! -e "$script" ] || chmod 0755 "$script"
done

echo "Working out what is the same for all hand-ins"
timeout 600 "$environment/bin/python" -I -m autograder gradescope --prepare \
    || echo "That did not succeed; hand-ins are graded all the same, wrong ones more slowly."
echo "Ready to grade"
