# SPDX-License-Identifier: Apache-2.0
# The part of ./siovsim that keeps a build tree: where it is, whether it is up to date, one builder at a time. Sourced.
# shellcheck shell=bash

use_build_folder() {
  build="$1"
  log="${build}.log"
  lock="${build}.lock"
  stamp="${build}/runtime.stamp"
}

# Whether this user can build in a folder, which is made if it does not exist.
can_build_in() {
  local needed
  mkdir -p "$1" 2>/dev/null || return 1
  for needed in "$1" "$(dirname "$1")" "$1.log" "$1.lock"; do
    [[ ! -e "${needed}" || -w "${needed}" ]] || return 1
  done
}

# The checkout's own build folder, if it is up to date or this user can write there. Otherwise (a read-only checkout, one
# that another user builds in) a folder of this user's, one per checkout.
choose_build_folder() {
  use_build_folder "${root}/build/release"
  if up_to_date || can_build_in "${build}"; then
    return
  fi
  local cache="${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}" name
  name="$(printf '%s' "${root}" | sha256sum | cut -c 1-16)"
  use_build_folder "${cache}/siovsim/${name}/release"
  can_build_in "${build}" ||
    die "neither ${root}/build nor ${cache}/siovsim can be written to, and a build needs one of them; XDG_CACHE_HOME" \
      "names another folder."
  up_to_date || say "${root}/build cannot be written to; building in ${build}."
}

# True if nothing the runtime is made of has changed since it was built. The time of change (ctime) cannot be set back
# by copying older files in, and a deleted file changes its folder.
up_to_date() {
  local watched=("${inputs[@]/#/${root}/}")
  [[ -e "${stamp}" && -x "${build}/platforms/siovsim-engine" ]] || return 1
  [[ ! -e /var/lib/dpkg/status ]] || watched+=(/var/lib/dpkg/status)
  [[ -z "$(find "${watched[@]}" -cnewer "${stamp}" -print -quit 2>&1)" ]]
}

# One builder at a time; whoever waits learns for whom.
take_lock() {
  mkdir -p "$(dirname "${lock}")"
  exec 9<>"${lock}"
  if ! flock -n 9; then
    local holder=""
    read -r holder <"${lock}" || true
    say "waiting for another build in ${build}${holder:+: process ${holder}}."
    flock 9
  fi
  printf '%s (siovsim %s)\n' "$$" "${words[*]}" >"${lock}"
}

release_lock() {
  : >"${lock}"
  exec 9>&-
}

# Runs a build step quietly; shows its log only when it fails.
quietly() {
  if ! "$@" </dev/null >"${log}" 2>&1 9>&-; then
    tail -n 60 "${log}" >&2
    die "this build step failed: $* (the whole log is ${log})."
  fi
}

# Whether the build tree was configured for the revision that is checked out, which every result carries.
is_of_this_revision() {
  local stated="${build}/generated/siovsim_version.h" revision
  revision="$(git -C "${root}" describe --always --dirty 2>/dev/null)" || return 0
  [[ ! -f "${stated}" ]] || grep -qF "\"${revision}\"" "${stated}"
}

# Configures for $1 (ON or OFF: with tests) if that has not been done. A tree with tests serves runs as well.
configure() {
  local tests="$1" cache="${build}/CMakeCache.txt"
  if [[ -f "${build}/build.ninja" ]]; then
    ! grep -q '^SIOV_TESTS:BOOL=ON' "${cache}" 2>/dev/null || tests=ON
    ! grep -q "^SIOV_TESTS:BOOL=${tests}" "${cache}" 2>/dev/null || ! is_of_this_revision || return 0
  fi
  quietly cmake --preset release -B "${build}" "-DSIOV_TESTS=${tests}"
}

make() { quietly cmake --build "${build}" --target "$1" --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"; }

# Brings the engine and what Python loads up to date, alone and before any tests, so that others wait no longer for it
# than they must.
ensure_runtime() {
  ! up_to_date || return 0
  take_lock
  if ! up_to_date; then
    cd "${root}"
    if [[ ! -f "${build}/build.ninja" ]]; then
      say "configuring and building; the first time takes a few minutes."
    elif [[ -n "$(ninja -C "${build}" -n siovsim_runtime 2>/dev/null | sed -n '/no work to do/d; /^\[/p' | head -n 1)" ]]; then
      say "building what has changed."
    fi
    configure OFF
    touch "${build}/runtime.started"
    make siovsim_runtime
    mv "${build}/runtime.started" "${stamp}"
    cd "${OLDPWD}"
  fi
  release_lock
}

# Builds a target of the tests.
build_target() {
  take_lock
  cd "${root}"
  configure ON
  make "$1"
  cd "${OLDPWD}"
  release_lock
}
