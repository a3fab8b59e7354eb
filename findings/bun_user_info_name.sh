#!/usr/bin/env bash
# Bun 1.4.4: the name in os.userInfo() is the variable USER, and "unknown" without it.
#
# Node asks the system by the number of the user. A program under Bun that records who did something records
# what the caller has put into USER, and under systemd, cron or in a container, where it is often not set, the
# word "unknown". The numbers uid and gid are right; the call does not fail for a number without a name, as
# Node's does.
#
# Observed with USER unset and with USER=mallory:
#   node the name of `id -un`, twice; bun "unknown" and "mallory"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 >/dev/null 2>&1

echo 'console.log(require("node:os").userInfo().username);' >name.cjs

expect() {
  local seen
  seen=$("${@:2}" name.cjs)
  printf '%-12s %s\n' "$seen" "${*:2}"
  [ "$seen" = "$1" ] || { echo "expected: $1" >&2; exit 1; }
}
name=$(id -un)
expect "$name" env -u USER node
expect "$name" env USER=mallory node
expect unknown env -u USER node_modules/.bin/bun
expect mallory env USER=mallory node_modules/.bin/bun
echo 'The results are as described.'
