# SPDX-License-Identifier: Apache-2.0
"""Result folders on disk: whose they are, whether they are whole, what is in them."""
