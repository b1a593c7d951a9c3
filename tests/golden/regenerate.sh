#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rewrites the golden results with the built engine (SIOVSIM_BUILD names another build tree). Look at the difference
# before it is committed: every changed number needs a reason.
exec /usr/bin/python3 "$(dirname "$0")/golden.py"
