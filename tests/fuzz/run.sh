#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the libFuzzer targets with clang, ASan and UBSan in build-fuzz, and runs each for some seconds.
#   tests/fuzz/run.sh SECONDS [TARGET...]      e.g. tests/fuzz/run.sh 60 qemu_importer
# New inputs stay in build-fuzz; a crash leaves its input in build-fuzz/crashes and fails the script.
set -eu
case "${1:-}" in
  '' | *[!0-9]*)
    echo "usage: tests/fuzz/run.sh SECONDS [TARGET...]" >&2
    exit 2
    ;;
esac
seconds=$1
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build-fuzz
cmake -S "$root" -B "$build" -G Ninja -DSIOV_FUZZ=ON -DSIOV_UNITY=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ > "$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
rm -f "$build.log"
if [ $# -eq 0 ]; then
  for source in "$root"/tests/fuzz/fuzz_*.cpp; do
    target=$(basename "$source" .cpp)
    set -- "$@" "${target#fuzz_}"
  done
fi
for target in "$@"; do
  cmake --build "$build" --target "fuzz_$target"
done
mkdir -p "$build/crashes"
for target in "$@"; do
  echo "== fuzz_$target for $seconds s"
  mkdir -p "$build/found/$target"
  "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=16384 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$build/crashes/$target-" \
    "$build/found/$target" "$root/tests/fuzz/corpus/$target"
done
