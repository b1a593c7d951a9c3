// SPDX-License-Identifier: Apache-2.0
// siovsim._engine: one run inside the calling Python process. The package's run_here() is its only user and sees to it
// that a process runs once; everything else starts the engine binary.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <csignal>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/workload/trace/trace_record.h"
#include "platforms/collect/output_error.h"
#include "platforms/resolve/load_experiment.h"
#include "platforms/run/run.h"
#include "platforms/trace/reading_watch.h"

namespace py = pybind11;

// libsystemc is bound at load and wants this symbol from whoever loads it. Elaboration starts in Run(), never here.
extern "C" __attribute__((visibility("default"))) int sc_main(int, char**) { return 1; }

namespace {

std::string FaultLines(const siov::LoadedExperiment& loaded) {
  std::ostringstream text;
  siov::PrintFaults(loaded.faults, text);
  return text.str();
}

// Every fault of the configuration, a line each; empty if there is none.
std::string Check(const std::string& file, const std::vector<std::string>& overrides) {
  return FaultLines(siov::LoadExperiment(file, overrides));
}

// Asked by the simulation between slices, without the GIL. Ctrl-C ends the run with partial results; the pending
// KeyboardInterrupt is dropped because the run's result says that it was interrupted.
bool InterruptedFromPython() {
  const py::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() == 0) return false;
  PyErr_Clear();
  return true;
}

// Returns where the result is, whether it is partial, and a sentence if the place is not the one that was asked for.
py::tuple Run(const std::string& file, const std::vector<std::string>& overrides, const std::string& out, bool requests,
              std::uint64_t timeline_jobs) {
  const siov::LoadedExperiment loaded = siov::LoadExperiment(file, overrides);
  if (!loaded.faults.empty()) throw py::value_error(FaultLines(loaded));
  siov::RunOptions options;
  options.out = out;
  options.write_requests = requests;
  options.timeline_jobs = timeline_jobs;
  options.interrupted = InterruptedFromPython;
  siov::WatchReading(InterruptedFromPython, false);
  siov::Results results;
  try {
    const py::gil_scoped_release unlocked;
    results = siov::RunExperiment(loaded.experiment, options);
  } catch (const siov::FolderRefused& error) {
    throw py::value_error(error.what());
  } catch (const siov::TraceError& error) {
    throw py::value_error(error.what());
  } catch (const siov::ReadingInterrupted& interruption) {
    PyErr_SetString(PyExc_KeyboardInterrupt, interruption.what());
    throw py::error_already_set();
  }
  return py::make_tuple(results.folder, results.partial, results.remark);
}

}  // namespace

PYBIND11_MODULE(_engine, module) {
  module.doc() = "One siovsim run inside this process.";
  module.def("check", &Check, py::arg("file"), py::arg("overrides"), "Every fault of a configuration, a line each.");
  module.def("run", &Run, py::arg("file"), py::arg("overrides"), py::arg("out"), py::arg("requests"),
             py::arg("timeline_jobs"), "Runs one experiment: (result folder, partial, remark). Once a process.");
}
