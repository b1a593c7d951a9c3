# SPDX-License-Identifier: Apache-2.0
"""The engine as a child process, and what it is asked: the schema, experiments."""
