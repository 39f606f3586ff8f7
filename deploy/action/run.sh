#!/bin/sh
# What the action does, told by SELVEDGE_* (see action.yml). Runs every verb, then fails if one of them did.
set -u

# One path a line, so that paths may hold spaces.
set --
while IFS= read -r path; do
  [ -n "$path" ] && set -- "$@" -f "$path"
done <<PATHS
$SELVEDGE_FILES
PATHS
[ $# -gt 0 ] || {
  echo "::error::the input files names no file"
  exit 2
}

# shellcheck disable=SC2086 # a command with its arguments
selvedge() { $SELVEDGE_COMMAND "$@"; }

# Writes what a command says to the job's summary, where there is one.
summary() { [ -z "${GITHUB_STEP_SUMMARY:-}" ] || "$@" >>"$GITHUB_STEP_SUMMARY"; }

# `test` with the intents, one path a line, after its flags.
with_intents() {
  while IFS= read -r path; do
    [ -n "$path" ] && set -- "$@" "$path"
  done <<PATHS
$SELVEDGE_INTENTS
PATHS
  selvedge test "$@"
}

worst=0
ran() { [ "$1" -gt "$worst" ] && worst=$1; }

for verb in $SELVEDGE_VERBS; do
  case $verb in
    lint)
      selvedge lint "$@" -o github --fail-on "$SELVEDGE_FAIL_ON"
      ran $?
      [ -z "${SELVEDGE_SARIF:-}" ] || selvedge lint "$@" -o sarif --fail-on never >"$SELVEDGE_SARIF"
      summary selvedge lint "$@" -o md --fail-on never
      ;;
    diff)
      # Without a base there is nothing to compare with.
      [ -n "${SELVEDGE_AGAINST:-}" ] || {
        echo "::error::diff needs the input against"
        exit 2
      }
      selvedge diff "$@" --against "$SELVEDGE_AGAINST" -o github --fail-on "$SELVEDGE_DIFF_FAIL_ON"
      ran $?
      summary selvedge diff "$@" --against "$SELVEDGE_AGAINST" -o md --fail-on never
      ;;
    test)
      with_intents -o github "$@"
      ran $?
      summary with_intents -o md "$@"
      ;;
    *)
      echo "::error::selvedge has no verb $verb for this action"
      exit 2
      ;;
  esac
done
exit "$worst"
