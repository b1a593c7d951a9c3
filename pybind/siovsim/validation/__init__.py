# SPDX-License-Identifier: Apache-2.0
"""Published measurements against the simulator."""
