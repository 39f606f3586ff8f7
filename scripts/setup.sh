#!/bin/sh
# Installs what the checkout needs and does not have; says each thing in one line; nothing to do is silence.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$1"; }
fail() {
  printf 'setup: %s\n' "$1" >&2
  exit 1
}

command -v node >/dev/null && command -v npm >/dev/null || fail "Node.js 20 or newer with npm is needed"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || fail "Node.js 20 or newer is needed, this is $(node --version)"

# The lockfile that npm leaves in node_modules tells what is installed. Not `npm ci`: it refuses a lockfile that lacks the
# optional packages of platforms which a mirror does not carry; this installs the same versions and writes no lockfile.
if [ ! -x node_modules/node/bin/node ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "npm packages, as package-lock.json pins them"
  npm install --no-save --no-audit --no-fund --loglevel=error >/dev/null
  touch node_modules/.package-lock.json
fi

# A Debian package for each program that the lab, the enforcer and their tests run.
missing=
need() {
  [ -e "$1" ] || command -v "$1" >/dev/null 2>&1 || PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1 && return
  missing="$missing $2"
  say "Debian package $2 ($3)"
}
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  need iptables iptables "the kernel's rules, both variants"
  need nft nftables "kube-proxy's nftables mode in the lab, and other enforcers' tables"
  need ipset ipset "the kernel's address sets"
  need conntrack conntrack "cuts flows that are no longer allowed"
  need ip iproute2 "network namespaces and links of the lab"
  need /usr/lib/cni/bridge containernetworking-plugins "the lab's pods are made by the real CNI plugins"
  need tcpdump tcpdump "reads the kernel's log of denials"
  need ping iputils-ping "probes that are neither TCP nor UDP"
  need sysctl procps "turns the kernel's switches, as the mends of selvedge doctor do"
  need dot graphviz "reads the graphs that selvedge map writes"
  need chromium chromium "opens the page that selvedge map writes"
  need buildah buildah "builds the image without Docker"
  need debootstrap debootstrap "the image's base where no registry is in reach"
  need runc runc "starts the image as a node's runtime does"
  need zsh zsh "shell completion is tested in it"
  need fish fish "shell completion is tested in it"
  need nc netcat-openbsd "connections for tests by hand"
  # The rest is for a real cluster, which is built by the Go toolchain or not at all.
  if command -v go >/dev/null; then
    need gcc gcc "builds parts of a real cluster"
    need /usr/include/stdlib.h libc6-dev "builds parts of a real cluster"
    need openssl openssl "a real cluster's keys"
    need curl curl "asks a real cluster's pods, from within them too"
    need perl perl-base "sends a real cluster's pods their traffic"
  fi
  if [ -n "$missing" ]; then
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # a list of words
    install() { apt-get install -y --no-install-recommends -qq $missing >/tmp/selvedge-apt.log 2>&1; }
    install || { apt-get update -qq && install; } || {
      tail -5 /tmp/selvedge-apt.log >&2
      fail "Debian's packages could not be installed:$missing"
    }
  fi
fi
