# SPDX-License-Identifier: Apache-2.0
"""Sweeps: their plan, their points run, the table of them, the answers read off it."""
