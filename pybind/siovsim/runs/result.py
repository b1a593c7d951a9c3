# SPDX-License-Identifier: Apache-2.0
"""A result as people use it: its folder, the experiment it was made with, and its report."""

from pathlib import Path

from siovsim.engine.experiment import Experiment
from siovsim.results.result_folder import ResultFolder


class Result(ResultFolder):
    """One run's results. Frames are pandas; numbers carry their unit in the name."""

    def experiment(self) -> Experiment:
        """The resolved configuration of this run; running it again gives the same result."""
        return Experiment(self.path / "resolved.txtpb")

    def report(self) -> Path:
        """(Re)builds report.html in the result folder and returns its path."""
        from siovsim.report import write

        return write.of_run(self)

    def _repr_html_(self) -> str:
        """In a notebook: the verdict and the anatomy inline."""
        from siovsim.report import write

        return write.inline(self)
