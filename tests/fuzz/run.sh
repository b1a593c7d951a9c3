#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the libFuzzer targets with clang, ASan and UBSan in build-fuzz, and runs each for some seconds.
#   tests/fuzz/run.sh SECONDS [TARGET...]      e.g. tests/fuzz/run.sh 60 qemu_importer: new inputs each time
#   tests/fuzz/run.sh --runs N [TARGET...]     N inputs each, the same ones every time: a gate that only a change can close
# New inputs stay in build-fuzz; a crash leaves its input in build-fuzz/crashes and fails the script.
set -eu
limit=-max_total_time
found=build-fuzz/found
if [ "${1:-}" = --runs ]; then
  limit="-seed=1 -runs"
  found=build-fuzz/repeated
  shift
fi
case "${1:-}" in
  '' | *[!0-9]*)
    echo "usage: tests/fuzz/run.sh SECONDS | --runs N [TARGET...]" >&2
    exit 2
    ;;
esac
amount=$1
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
  echo "== fuzz_$target: $limit=$amount"
  [ "$found" = build-fuzz/found ] || rm -rf "${root:?}/$found/$target" # what was found before would change what is tried
  mkdir -p "$root/$found/$target"
  # shellcheck disable=SC2086 # two options in one variable
  "$build/tests/fuzz/fuzz_$target" $limit="$amount" -timeout=10 -rss_limit_mb=1024 -max_len=16384 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$build/crashes/$target-" \
    "$root/$found/$target" "$root/tests/fuzz/corpus/$target"
done
