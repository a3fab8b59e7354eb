#!/usr/bin/env bash
# @elysiajs/html 1.4.2: `import '@elysiajs/html/htmx'` gives views no types for hx-* attributes.
#
# The import exists to add htmx's attributes to JSX. Its file imports `@kitajs/html/htmx` without an
# extension, and the exports of @kitajs/html 4.2.13 hand such a path on as it is, so TypeScript finds no
# file. TypeScript reports no import without names that it cannot resolve, and JSX takes any attribute with
# a hyphen: `hx-get={7}` compiles and nobody notices. The same import from @kitajs/html with its extension
# checks the attributes. At run time Bun adds the extension by itself; Node does not, and the import throws.
#
# Observed with @elysiajs/html 1.4.2, @kitajs/html 4.2.13, elysia 1.4.30, typescript 5.9.3, bun 1.4.4,
# moduleResolution bundler:
#   types by @elysiajs/html/htmx       no error
#   types by @kitajs/html/htmx.d.ts    TS2322 for hx-get={7}
#   run by Bun                         ok
#   run by Node                        ERR_MODULE_NOT_FOUND
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' >package.json
npm install --silent --no-audit --no-fund bun@1.4.4 elysia@1.4.30 @elysiajs/html@1.4.2 \
  @kitajs/html@4.2.13 typescript@5.9.3 >/dev/null 2>&1

expect() {
  printf '%-34s %s\n' "$1" "$3"
  [ "$3" = "$2" ] || { echo "expected: $2" >&2; exit 1; }
}

# The errors of a view with a wrong hx-get, when its types come from the module $1.
errors() {
  printf "import '%s';\nexport const view = <a hx-get={7}>read</a>;\n" "$1" >view.tsx
  (node_modules/.bin/tsc || true) | grep -o 'TS[0-9]*' || echo 'no error'
}
cat >tsconfig.json <<'JSON'
{ "compilerOptions": { "strict": true, "noEmit": true, "target": "esnext", "skipLibCheck": true,
  "module": "esnext", "moduleResolution": "bundler", "jsx": "react-jsx",
  "jsxImportSource": "@kitajs/html", "types": [] }, "files": ["view.tsx"] }
JSON
expect 'types by @elysiajs/html/htmx' 'no error' "$(errors @elysiajs/html/htmx)"
expect 'types by @kitajs/html/htmx.d.ts' 'TS2322' "$(errors @kitajs/html/htmx.d.ts)"

echo "import '@elysiajs/html/htmx'; console.log('ok');" >run.js
expect 'run by Bun' 'ok' "$(node_modules/.bin/bun run.js 2>/dev/null)"
expect 'run by Node' 'ERR_MODULE_NOT_FOUND' "$( (node run.js 2>&1 || true) | grep -o "ERR_[A-Z_]*" | head -1)"
echo 'The results are as described.'
