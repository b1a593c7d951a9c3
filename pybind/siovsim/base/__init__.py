# SPDX-License-Identifier: Apache-2.0
"""What all of it stands on: errors, units, paths, files, signals and streams. Imports nothing above itself."""
