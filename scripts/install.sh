#!/bin/sh
# Installs what `npm start` needs and is missing; with --test also what `npm test` needs.
# As root on Debian it installs packages; elsewhere it says what to install. Safe to repeat, quick when nothing is missing.
set -eu

say() { printf '%s\n' "  $*" >&2; }

packages=
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || packages="$packages $2"; }
need sshd openssh-server
need ssh openssh-client
need haproxy haproxy
need curl curl
need ip iproute2
need openssl openssl
need dockerd docker.io
need iptables iptables
need debootstrap debootstrap
if [ "${1:-}" = --test ]; then
  need chromium chromium
  need sshpass sshpass
  need xz xz-utils
  need git git
fi

if [ -n "$packages" ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "Please install these first (Debian's names):$packages"
    exit 1
  fi
  say "Installing Debian's packages:$packages"
  log=$(mktemp)
  # Their services must not start: this project runs its own sshd, HAProxy and engine.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  { apt-get update -q && apt-get install -y -q --no-install-recommends $packages; } > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
  rm -f "$log"
fi

if ! cmp -s package-lock.json node_modules/.installed-lock; then
  say "Installing Node packages"
  # Not `npm ci`: it fails where a registry lacks a package for some other platform, which this one never needs.
  npm install --no-save --no-fund --no-audit --loglevel=error >&2
  cp package-lock.json node_modules/.installed-lock
fi
