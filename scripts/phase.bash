# scripts/phase.bash: what scripts/demo and scripts/test share; sourced, not run.
#
#   phase TEXT COMMAND...   prints one line "NAME: TEXT" on standard error, runs COMMAND with all its noise appended to
#                           $phase_log; when it fails, shows the end of that log and exits with its status.
# REQUIRES: the working directory is the project's root, phase_log is set.

: "${phase_log:?}"

phase() {
  local text=$1 status=0
  shift
  mkdir -p "$(dirname "$phase_log")"
  echo "scripts/${0##*/}: $text" >&2
  { echo "== $text"; "$@"; } >>"$phase_log" 2>&1 </dev/null || status=$?
  if [ "$status" -ne 0 ]; then
    echo "scripts/${0##*/}: failed: $text; the last lines of $phase_log:" >&2
    tail -n 80 "$phase_log" >&2
    exit "$status"
  fi
}
