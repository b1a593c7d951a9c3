# SPDX-License-Identifier: Apache-2.0
"""A result folder, as the engine leaves it."""

import functools
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Union

from siovsim.base import files, given
from siovsim.base.errors import InputError
from siovsim.results import done

if TYPE_CHECKING:
    import pandas

# A number of a metric may be null in JSON (nothing was measured).
Number = Optional[float]


class ResultFolder:
    """One run's results, as its files have them. Frames are pandas; numbers carry their unit in the name."""

    def __init__(self, path: Union[str, Path]) -> None:
        self.path = given.path("result", path)
        if not (self.path / "summary.json").is_file():
            raise InputError(f"{self.path} is not a result folder: it has no summary.json.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    @functools.cached_property
    def document(self) -> Dict[str, Any]:
        """The whole summary.json: metrics, run, bound, verdict, conservation, confidence, trace."""
        try:
            document = json.loads(files.read_text(self.path / "summary.json"))
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(f"{self.path / 'summary.json'} cannot be read: {error}.") from error
        if not isinstance(document, dict) or not all(isinstance(document.get(key), dict) for key in ("metrics", "run")):
            raise InputError(f"{self.path / 'summary.json'} is no summary of a run: it has no metrics or no run.")
        return document

    def verified(self) -> "ResultFolder":
        """This result, if every file is as the run wrote it. Raises InputError with one sentence otherwise."""
        done.check(self.path)
        self.speed  # DONE does not list its bytes, which differ from run to run
        return self

    @property
    def summary(self) -> Dict[str, Number]:
        """The metrics by name, for instance ``summary["job.latency.p99_ns"]``."""
        return self.document["metrics"]

    @property
    def speed(self) -> Dict[str, Any]:
        """How fast the simulator was (speed.json); kept apart because it differs from run to run."""
        path = self.path / "speed.json"
        if not os.path.lexists(path):
            return {}
        try:
            speed = json.loads(files.read_text(path))
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(f"{path} cannot be read: {error}.") from error
        if not isinstance(speed, dict):
            raise InputError(f"{path} cannot be read: it holds no names and numbers.")
        return speed

    @property
    def name(self) -> str:
        """The name of the run."""
        return self.document.get("run", {}).get("name") or self.path.name

    @property
    def finished(self) -> bool:
        """True when the run went to its end: its DONE is there and says so, and the run was not interrupted."""
        try:
            partial = done.read(self.path).partial
        except InputError:
            return False
        return not partial and not self.document.get("run", {}).get("partial", False)

    @property
    def targets_met(self) -> bool:
        """True when no target was missed."""
        return all(target["met"] for target in self.document.get("verdict", {}).get("targets", []))

    @property
    def warnings(self) -> List[str]:
        """The verdict's sentences that make the rest doubtful, and every broken law in words."""
        warnings = list(self.document.get("verdict", {}).get("warnings", []))
        for law in self.document.get("conservation", {}).get("broken", []):
            if not any(law in warning for warning in warnings):
                warnings.append(f"This run is not to be trusted: {law}.")
        return warnings

    @property
    def ok(self) -> bool:
        """True when the run finished, every target was met and every job's stages added up."""
        violations = self.document.get("conservation", {}).get("violations", 0)
        return self.finished and self.targets_met and violations == 0

    def _frame(self, name: str) -> "pandas.DataFrame":
        import pandas

        path = self.path / name
        if not path.is_file():
            raise InputError(f"{self.path} has no {name}.")
        try:
            with files.open_regular(path) as file:
                return pandas.read_csv(file)
        except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
            raise InputError(f"{path} cannot be read: {error}.") from error

    def tenants(self) -> "pandas.DataFrame":
        """One row per tenant (above 65,536 tenants: per sampled tenant)."""
        return self._frame("tenants.csv")

    def classes(self) -> "pandas.DataFrame":
        """One row per class of tenants: its name, tenants, and its metrics (``job.latency.p99_ns`` and so on)."""
        import pandas

        rows = []
        for one in self.document.get("classes", []):
            prefix = f"class.{one['name']}."
            own = {name[len(prefix) :]: value for name, value in self.summary.items() if name.startswith(prefix)}
            rows.append({"class": one["name"], "tenants": one["tenants"], **own})
        return pandas.DataFrame(rows)

    def stages(self) -> "pandas.DataFrame":
        """One row per stage: mean time, and mean time among the jobs of each percentile band."""
        return self._frame("stages.csv")

    def bands(self) -> "pandas.DataFrame":
        """The percentile bands: the latencies they span and the jobs in them."""
        return self._frame("bands.csv")

    def structures(self) -> "pandas.DataFrame":
        """Every statistic of every block: block, statistic, unit, value, sentence."""
        return self._frame("structures.csv")

    def registers(self) -> "pandas.DataFrame":
        """One row per access of the host to a register of a device, of runs that have some; set-ups included."""
        return self._frame("registers.csv")

    def histograms(self) -> "Dict[str, pandas.DataFrame]":
        """Latency histograms by name (``job_latency``, ``class/<name>``): lower_ps, upper_ps, count."""
        import h5py
        import pandas

        frames: Dict[str, pandas.DataFrame] = {}

        def visit(name: str, item: Any) -> None:
            if isinstance(item, h5py.Group) and "lower_ps" in item:
                frames[name] = pandas.DataFrame({key: item[key][()] for key in ("lower_ps", "upper_ps", "count")})

        try:
            with files.open_regular(self.path / "histograms.h5") as opened, h5py.File(opened, "r") as file:
                file.visititems(visit)
        except (OSError, KeyError, ValueError) as error:
            raise InputError(f"{self.path / 'histograms.h5'} cannot be read: {error}.") from error
        return frames
