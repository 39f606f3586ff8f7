#!/bin/sh
# Records what the API server of a Kubernetes version says of the corpus: ./record.sh 1.36.3
set -eu
version=${1:?the version of Kubernetes, such as 1.36.3}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

node --input-type=module -e '
  const { corpus } = await import(process.argv[1]);
  for (const each of corpus) console.log(JSON.stringify(each));
' "$here/corpus.ts" >"$work/corpus.jsonl"
cp "$here/main.go" "$work"
cd "$work"

# Kubernetes' own go.mod takes its staging modules from folders that the module's archive leaves out; each is also
# published under v0.
staged=v0.${version#1.}
its_mod=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/^.*"GoMod": "\(.*\)".*$/\1/p')
{
  printf 'module selvedge.dev/record\n\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$version"
  sed -n "s|^[[:space:]]*\(k8s.io/[a-z-]*\) => ./staging.*$|\t\1 => \1 $staged|p" "$its_mod"
  printf ')\n'
} >go.mod
go mod tidy
go run . "v$version" <corpus.jsonl >"$here/../recording.json"
