#!/usr/bin/env bash
# bash .github/public-checks.sh install|run, in the repository's root. Points and summary go where GitHub shows them.
set -euo pipefail
cd "$(dirname "$0")/.."
environment=${RUNNER_TEMP:-/tmp}/public-checks

case $1 in
    install)
        python3 -m venv "$environment"
        "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
            --require-hashes -r .github/requirements.txt
        ;;
    run)
        "$environment/bin/python" -m autograder check \
            --summary "${GITHUB_STEP_SUMMARY:-/dev/stdout}" --points "${GITHUB_OUTPUT:-/dev/stdout}"
        ;;
    *)
        echo "public-checks.sh: say install or run, not $1" >&2
        exit 2
        ;;
esac
