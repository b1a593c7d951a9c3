#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Mutates the product and reports which mutants no test notices (tests/mutation/mutate.py --help). Needs a finished
# build tree (build/release), beside which it works in a temporary folder; the tree itself is not touched.
#   tests/mutate.sh                              everything: resolver and cores
#   tests/mutate.sh --room resolver --sample 60 --files 8 --seed 3 --require 80
set -euo pipefail
exec nice /usr/bin/python3 "$(dirname "$0")/mutation/mutate.py" "$@"
