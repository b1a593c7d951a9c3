# SPDX-License-Identifier: Apache-2.0
"""The sections of a run's report, one file each; run_report.SECTIONS lists them in their order."""
