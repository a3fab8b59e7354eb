#!/usr/bin/env bash
# Elysia 1.4.30: whether a comma in a query value makes a list depends on the library of the schema.
#
# A query field declared as a string by TypeBox (Elysia's own `t`) arrives as it was sent. The same field
# declared by a Standard Schema such as Zod arrives as an array when its value contains a comma, so the
# check refuses it with "expected string, received array" and a 422. Without a schema the value arrives as
# it was sent. So a search for `jazz,blues` stops working when its route gets a Zod schema.
#
# Observed with elysia 1.4.30, zod 4.6.7 and the npm package bun 1.4.4:
#   no schema      200 "jazz,blues"
#   TypeBox string 200 "jazz,blues"
#   Zod string     422
#   Zod any        200 ["jazz","blues"]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 elysia@1.4.30 zod@4.6.7 >/dev/null 2>&1

cat >query.mjs <<'EOF'
import { Elysia, t } from 'elysia';
import { z } from 'zod';
const schemas = {
  none: undefined,
  typebox: t.Object({ q: t.String() }),
  zod: z.object({ q: z.string() }),
  any: z.object({ q: z.any() }),
};
const query = schemas[process.argv[2]];
const app = new Elysia().get('/', ({ query }) => Response.json(query.q), query && { query });
const response = await app.handle(new Request('http://localhost/?q=jazz,blues'));
const text = await response.text();
console.log(response.ok ? `${response.status} ${text}` : String(response.status));
EOF

expect() {
  local name=$1 wanted=$2 seen
  seen=$(node_modules/.bin/bun query.mjs "$3")
  printf '%-16s %s\n' "$name" "$seen"
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
}
expect 'no schema' '200 "jazz,blues"' none
expect 'TypeBox string' '200 "jazz,blues"' typebox
expect 'Zod string' '422' zod
expect 'Zod any' '200 ["jazz","blues"]' any
echo 'The results are as described.'
