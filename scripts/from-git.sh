#!/bin/sh
# npm's `prepare`: builds the bundle where npm installs Selvedge from git, as pre-commit does. In a checkout of one's own,
# where npm names no place that the package came from, there is nothing to do.
set -eu
[ -n "${npm_package_resolved:-}" ] || exit 0
cd "$(dirname "$0")/.."
[ ! -f dist/selvedge.js ] || exit 0
# `npm install -g` hands its -g down, and so installs nothing here; esbuild needs no script of its own to be run.
[ -d node_modules/esbuild ] || npm_config_global=false npm install --no-save --ignore-scripts --loglevel=error >&2
exec node scripts/build.ts >&2
