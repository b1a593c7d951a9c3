# SPDX-License-Identifier: Apache-2.0
# The part of ./siovsim that knows systems and their packages. Sourced, never run.
# shellcheck shell=bash

# Sets `system` to debian-12, debian-13, ubuntu-24.04 or other. Another system is no reason to refuse, only to warn: what
# is needed may well be there under the same names.
find_system() {
  local os_release="${SIOVSIM_OS_RELEASE:-/etc/os-release}" id="unknown" version=""
  if [[ -r "${os_release}" ]]; then
    id="$(. "${os_release}" && printf '%s' "${ID:-unknown}")"
    version="$(. "${os_release}" && printf '%s' "${VERSION_ID:-}")"
  fi
  case "${id} ${version}" in
    "debian 12" | "debian 13" | "ubuntu 24.04") system="${id}-${version}" ;;
    *)
      system="other"
      say "this machine runs '${id}${version:+ ${version}}'; siovsim is tested on Debian 12 and made for Debian 13 and" \
        "Ubuntu 24.04 too. Going on with Debian's names of packages."
      ;;
  esac
}

# The packages of the lists cmake/packages-NAME.txt that this system has, one a line. A line is a package and, in
# brackets, the systems that have it if not all do.
wanted_packages() {
  local list
  for list in "$@"; do
    awk -v system_name="${system}" '
      { sub(/#.*/, "") }
      NF == 0 { next }
      NF > 1 { systems = $0; sub(/^[^[]*\[/, " ", systems); sub(/\].*/, " ", systems)
               if (index(systems, " " system_name " ") == 0) next }
      { print $1 }' "${root}/cmake/packages-${list}.txt"
  done | sort -u
}

missing_packages() {
  local wanted
  wanted="$(wanted_packages "$@")"
  # shellcheck disable=SC2086  # one word a package name
  comm -23 <(printf '%s\n' "${wanted}") \
    <(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' ${wanted} 2>/dev/null | sed -n 's/^ii *//p' | sort -u)
}

# Decides how to become root; prints the prefix, or fails when there is no way that does not ask on standard input.
root_prefix() {
  if [[ "$(id -u)" == 0 ]]; then
    printf ''
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    printf 'sudo -n'
  elif command -v sudo >/dev/null && [[ -t 0 && -t 2 ]]; then
    printf 'sudo' # asks for the password on the terminal
  else
    return 1
  fi
}

install_packages() {
  local packages=("$@") prefix
  local install="apt-get install -y --no-install-recommends ${packages[*]}"
  if ! prefix="$(root_prefix)"; then
    say "${#packages[@]} packages are missing and this user can neither be root nor use sudo. Run once:"
    printf '  sudo sh -c "apt-get update && %s"\n' "${install}" >&2
    exit 2
  fi
  say "installing ${#packages[@]} missing packages with apt-get${prefix:+ through ${prefix}}: ${packages[*]}"
  mkdir -p "$(dirname "${build}")"
  local apt_log
  apt_log="$(dirname "${build}")/packages.log"
  # shellcheck disable=SC2086  # the prefix is zero, one or two words
  if ! { ${prefix} env DEBIAN_FRONTEND=noninteractive apt-get update &&
    ${prefix} env DEBIAN_FRONTEND=noninteractive ${install}; } </dev/null >"${apt_log}" 2>&1; then
    tail -n 30 "${apt_log}" >&2
    die "apt-get failed (the whole log is ${apt_log})."
  fi
}

# Installs what the lists name and is not there. A system without Debian's tools is left to what it has.
ensure_packages() {
  local missing
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this system has no apt-get; building with what is installed. Needed are, by Debian's names:" \
      "$(wanted_packages "$@" | paste -sd ' ')"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
}

# Said, not passed over: what the suite leaves out for want of a package.
say_what_cannot_be_tested() {
  [[ ! -x /usr/bin/chromedriver && "${system}" != debian-* ]] || return 0
  say "this system has no package of the browser: tests/e2e/test_browser.py is left out."
  export SIOVSIM_NO_BROWSER=1
}
