# SPDX-License-Identifier: Apache-2.0
"""One run as people start it, and its result as they use it."""
