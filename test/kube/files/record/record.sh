#!/bin/sh
# Records how a version of sigs.k8s.io/yaml reads the corpus: ./record.sh 1.6.0 (what Kubernetes 1.36 is built with)
set -eu
version=${1:?the version of sigs.k8s.io/yaml, such as 1.6.0}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

node --input-type=module -e '
  const { corpus } = await import(process.argv[1]);
  for (const each of corpus) console.log(JSON.stringify(each));
' "$here/corpus.ts" >"$work/corpus.jsonl"
cp "$here/main.go" "$work"
cd "$work"
printf 'module selvedge.dev/record\n\nrequire sigs.k8s.io/yaml v%s\n' "$version" >go.mod
go mod tidy
go run . "v$version" <corpus.jsonl >"$here/../go-yaml-recording.json"
