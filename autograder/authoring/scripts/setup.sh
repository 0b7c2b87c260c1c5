#!/usr/bin/env -S bash
# Every line ends in a comment, so that Windows line ends change nothing; build.sh is freed of them here. #
script=$(tr -d '\r' < /autograder/source/build.sh) && exec bash -c "$script" setup.sh #
