#!/usr/bin/env bash
# Bun 1.4.4: an option with a separate value in BUN_OPTIONS makes subcommands names of scripts.
#
# BUN_OPTIONS holds options for every `bun` of an environment, such as a preload for the processes that
# tests start. Written as `--preload ./file.mjs`, as on the command line, it works for `bun script.mjs`,
# but `bun install` and `bun test` end with "Script not found". Written as `--preload=./file.mjs` it works
# for all three. The option also appears in process.execArgv, as if it had been typed. The variable
# BUN_INSPECT_PRELOAD, which Bun's debugger uses, preloads a file without either effect.
#
# Observed with the npm package bun 1.4.4 on Linux (Debian 12):
#   --preload ./file.mjs, script     preloaded, execArgv ["--preload","./file.mjs"]
#   --preload ./file.mjs, install    error: Script not found "install"
#   --preload ./file.mjs, test       error: Script not found "test"
#   --preload=./file.mjs, script     preloaded, execArgv ["--preload=./file.mjs"]
#   --preload=./file.mjs, install    exit code 0
#   --preload=./file.mjs, test       exit code 0
#   BUN_INSPECT_PRELOAD, script      preloaded, execArgv []
#   BUN_INSPECT_PRELOAD, install     exit code 0
#   BUN_INSPECT_PRELOAD, test        exit code 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' >package.json
npm install --silent --no-audit --no-fund bun@1.4.4 >/dev/null 2>&1
bun=$PWD/node_modules/.bin/bun

echo 'globalThis.isPreloaded = true;' >file.mjs
cat >script.mjs <<'EOF'
const state = globalThis.isPreloaded ? 'preloaded' : 'not preloaded';
console.log(`${state}, execArgv ${JSON.stringify(process.execArgv)}`);
EOF
cat >one.test.mjs <<'EOF'
import { test } from 'bun:test';
test('one', () => {});
EOF

run() {
  local output
  if output=$(env "$1" "$bun" "${@:2}" 2>&1); then
    [ "$2" = ./script.mjs ] && echo "$output" || echo 'exit code 0'
  else
    grep -m 1 'Script not found' <<<"$output"
  fi
}
expect() {
  local name=$1 wanted=$2 seen
  seen=$(run "${@:3}")
  printf '%-32s %s\n' "$name" "$seen"
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
}
spaced='BUN_OPTIONS=--preload ./file.mjs'
joined='BUN_OPTIONS=--preload=./file.mjs'
inspect="BUN_INSPECT_PRELOAD=$PWD/file.mjs"
expect '--preload ./file.mjs, script' 'preloaded, execArgv ["--preload","./file.mjs"]' "$spaced" ./script.mjs
expect '--preload ./file.mjs, install' 'error: Script not found "install"' "$spaced" install
expect '--preload ./file.mjs, test' 'error: Script not found "test"' "$spaced" test
expect '--preload=./file.mjs, script' 'preloaded, execArgv ["--preload=./file.mjs"]' "$joined" ./script.mjs
expect '--preload=./file.mjs, install' 'exit code 0' "$joined" install
expect '--preload=./file.mjs, test' 'exit code 0' "$joined" test
expect 'BUN_INSPECT_PRELOAD, script' 'preloaded, execArgv []' "$inspect" ./script.mjs
expect 'BUN_INSPECT_PRELOAD, install' 'exit code 0' "$inspect" install
expect 'BUN_INSPECT_PRELOAD, test' 'exit code 0' "$inspect" test
echo 'The results are as described.'
