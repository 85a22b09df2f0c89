# SPDX-License-Identifier: AGPL-3.0-or-later
# Finds what g++ 12 miscompiles in coroutines, and this tree therefore does not write (core/runtime/README.md says more):
#   1. co_await in the condition of an if, while or for (an init-statement is fine);
#   2. a lambda that captures something, as a temporary of an awaited expression.
# awk -f check_coroutines.awk FILE...   prints file:line: fault, and fails when there was one.

function fault(at, what) {
  printf "%s:%d: %s\n", FILENAME, at, what
  failed = 1
}

# The statement so far, without comments, up to the first semicolon outside of brackets.
function check(statement, at,   awaited, condition) {
  if (match(statement, /co_await/) == 0) return
  condition = statement
  if (condition ~ /(^|[^a-z_])(if|while) \([^;{}]*co_await/) {
    sub(/.*(^|[^a-z_])(if|while) \(/, "", condition)
    if (inside_condition(condition)) fault(at, "co_await in a condition: await into a variable first")
  }
  awaited = substr(statement, index(statement, "co_await"))
  if (awaited ~ /[(,] *\[[^]&]*[A-Za-z_][^]]*\] *(\(|\{|mutable)/ && awaited !~ /[(,] *\[(this|impl)\] *(\(|\{)/) {
    fault(at, "a capturing lambda inside an awaited expression: name it first and move it in")
  }
}

# True when co_await comes before the bracket that the condition opened is closed, and after no semicolon.
function inside_condition(text,   i, depth, c, before) {
  before = index(text, "co_await")
  if (before == 0) return 0
  depth = 1
  for (i = 1; i <= length(text) && i < before; ++i) {
    c = substr(text, i, 1)
    if (c == "(") ++depth
    if (c == ")" && --depth == 0) return 0
    if (c == "=" && substr(text, i + 1, 1) != "=" && substr(text, i - 1, 1) !~ /[=!<>]/) return 0
  }
  return 1
}

FNR == 1 { statement = ""; start = 1 }
{
  line = $0
  sub(/\/\/.*/, "", line)
  if (statement == "") start = FNR
  statement = statement " " line
  if (line ~ /;[ ]*$/ || line ~ /[{}][ ]*$/) {
    check(statement, start)
    statement = ""
  }
}
END { exit failed }
