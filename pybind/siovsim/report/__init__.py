# SPDX-License-Identifier: Apache-2.0
"""The HTML reports of runs, sweeps and the validation suite."""
