#!/usr/bin/env bash
# croner 11.0.1: what becomes of lists of times on the nights when clocks change, and of a date where only
# five or six fields are allowed.
#
# - By default only an expression with a single value in seconds, minutes and hours has fixed times. With a
#   list, `30 2,14 * * *`, the run at 02:30 is lost on the night when 02:00 to 03:00 are missing, although
#   `30 2 * * *` runs at 03:00; and `15,45 2 * * *` runs four times on the night when that hour comes twice.
#   Vixie cron treats both as fixed. `fixedTimeRule: 'no-wildcard'` does so too.
# - `mode: '5-or-6-parts'` refuses seven fields, and accepts an ISO 8601 date as the expression: a schedule
#   that is due once, or never. Whoever takes expressions from people has to count the fields.
#
# Observed with croner 11.0.1 and the npm package bun 1.4.4, in Europe/Berlin:
#   gap, one hour      03:00
#   gap, two hours     14:30
#   gap, no-wildcard   03:00 14:30
#   overlap, list      02:15 02:45 02:15 02:45
#   overlap, no-wild   02:15 02:45
#   a date             accepted
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 croner@11.0.1 >/dev/null 2>&1

cat >cron.mjs <<'EOF'
import { Cron } from 'croner';

const timezone = 'Europe/Berlin';
const mode = '5-or-6-parts';
const [what, pattern, fixedTimeRule = 'single-value'] = process.argv.slice(2);
const [from, until] = { gap: ['03-28T23:00', '03-29T20:00'], overlap: ['10-24T22:00', '10-25T10:00'] }[
  what
] ?? [];
const seen = () => {
  const cron = new Cron(pattern, { timezone, mode, fixedTimeRule, paused: true });
  if (what === 'accepts') return 'accepted';
  const end = new Date(`2026-${until}:00Z`);
  const runs = cron.nextRuns(10, new Date(`2026-${from}:00Z`)).filter((at) => at < end);
  return runs.map((at) => at.toLocaleTimeString('sv', { timeZone: timezone }).slice(0, 5)).join(' ');
};
try {
  console.log(seen());
} catch (error) {
  console.log(error.constructor.name);
}
EOF

expect() {
  local name=$1 wanted=$2 seen
  shift 2
  seen=$(node_modules/.bin/bun cron.mjs "$@")
  printf '%-18s %s\n' "$name" "$seen"
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
}
expect 'gap, one hour' '03:00' gap '30 2 * * *'
expect 'gap, two hours' '14:30' gap '30 2,14 * * *'
expect 'gap, no-wildcard' '03:00 14:30' gap '30 2,14 * * *' no-wildcard
expect 'overlap, list' '02:15 02:45 02:15 02:45' overlap '15,45 2 * * *'
expect 'overlap, no-wild' '02:15 02:45' overlap '15,45 2 * * *' no-wildcard
expect 'a date' 'accepted' accepts '2027-01-01T00:00:00'
echo 'The results are as described.'
