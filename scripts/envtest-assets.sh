#!/bin/sh
# A real API server for test/contract: etcd from Debian, kube-apiserver built from the module that Kubernetes publishes, at
# the version that test/envtest/go.mod pins. Both land in a cache outside the checkout, once a machine; nothing is started.
# What stands already is silence. Without Go, or without Debian, it says what is missing and changes nothing.
set -eu
cd "$(dirname "$0")/.."

version=$(sed -n 's,^.*k8s.io/kubernetes \(v[0-9.]*\).*$,\1,p' test/envtest/go.mod | head -1)
assets=${KUBEBUILDER_ASSETS:-${XDG_CACHE_HOME:-$HOME/.cache}/selvedge/envtest/$version}

say() { printf 'envtest-assets: %s\n' "$1"; }
skip() {
  say "skipped: $1; test/contract runs against the embedded API server alone"
  exit 0
}

mkdir -p "$assets"
scratch=$(mktemp -d "$assets/.making.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM

# The package is unpacked and not installed: its service would be started.
take_etcd() {
  command -v etcd >/dev/null && { ln -sf "$(command -v etcd)" "$assets/etcd"; return; }
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || skip "no etcd, and no Debian to take it from"
  say "Debian package etcd-server, its binary only"
  download() { (cd "$scratch" && apt-get download -qq etcd-server >/dev/null 2>&1); }
  # The lists of packages may be old, or not there yet; to fetch them is root's.
  download || { apt-get update -qq 2>/dev/null && download; } || skip "Debian's etcd-server cannot be downloaded"
  dpkg-deb -x "$scratch"/etcd-server_*.deb "$scratch/etcd"
  mv "$scratch/etcd/usr/bin/etcd" "$assets/etcd"
}

build_apiserver() {
  command -v go >/dev/null || skip "no Go toolchain, which kube-apiserver is built with"
  package=k8s.io/kubernetes/cmd/kube-apiserver
  say "kube-apiserver $version: downloads, then builds; about 7 minutes on two cores, once a machine"
  total=$(go list -C test/envtest -deps "$package" | wc -l)
  mkfifo "$scratch/built"
  awk -v total="$total" -v start="$(date +%s)" '
    /^[a-z0-9.]+(\/|$)/ {
      built += 1
      if (built % 200 == 0) {
        "date +%s" | getline now; close("date +%s")
        printf "envtest-assets: %d of at most %d packages, %d s\n", built, total, now - start
        fflush()
      }
      next
    }
    { print; fflush() }' <"$scratch/built" &
  began=$(date +%s)
  # -v names each package as it is compiled; what is in the build cache is not named.
  CGO_ENABLED=0 nice -n 10 go build -C test/envtest -v -buildvcs=false -trimpath -ldflags "-s -w" \
    -o "$scratch/kube-apiserver" "$package" 2>"$scratch/built"
  wait
  mv "$scratch/kube-apiserver" "$assets/kube-apiserver"
  say "kube-apiserver $version built in $(($(date +%s) - began)) s"
}

[ -x "$assets/etcd" ] || take_etcd
[ -x "$assets/kube-apiserver" ] || build_apiserver
