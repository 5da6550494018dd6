# scripts/cpp_files.bash: which C++ files scripts/format and scripts/lint look at; sourced, not run.
#
#   project_git ARG...   git, also where the working tree belongs to another user
#   cpp_files [COMMIT]   the project's C++ files that exist, one per line, sorted: with COMMIT those that differ from it
#                        and those that are new, without it all
# REQUIRES: the working directory is the project's root.

project_git() { git -c "safe.directory=$PWD" "$@"; }

cpp_files() {
  local since=${1:-} file
  {
    if [ -n "$since" ]; then
      project_git diff --name-only --diff-filter=d "$since" -- '*.cpp' '*.hpp'
    else
      project_git ls-files -- '*.cpp' '*.hpp'
    fi
    project_git ls-files --others --exclude-standard -- '*.cpp' '*.hpp'
  } | sort -u | while IFS= read -r file; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
  done
}
