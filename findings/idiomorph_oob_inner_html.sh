#!/usr/bin/env bash
# idiomorph 0.8.0, htmx 2.0.11: inside hx-ext="morph", hx-swap-oob="innerHTML" nests an element in itself.
#
# htmx asks the extensions of the target whether a swap style is "inline". If one says so, the element of
# an out-of-band swap is inserted itself, otherwise what is in it. The extension "morph" says so for every
# style but "morph:innerHTML", those that it does not handle included. So an element that is sent with
# hx-swap-oob="innerHTML" ends up inside the one that it should fill, and its id is there twice. Without
# the extension, and with hx-swap-oob="true", the swap does what is documented.
#
# Observed with htmx.org 2.0.11, idiomorph 0.8.0, jsdom 26.1.0 (and the same in Chromium 153):
#   no extension, innerHTML  <li>new</li>
#   no extension, true       <li>new</li>
#   morph, innerHTML         <ul id="list"><li>new</li></ul>
#   morph, true              <li>new</li>
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund htmx.org@2.0.11 idiomorph@0.8.0 jsdom@26.1.0 >/dev/null 2>&1

cat >swap.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';
const [extension, style] = process.argv.slice(2);
const page = `<main hx-ext="${extension}"><ul id="list"><li>old</li></ul><p id="target"></p></main>`;
const { window } = new JSDOM(page, { runScripts: 'outside-only' });
// What htmx needs of a browser and jsdom lacks.
window.eval(`{
  globalThis.CSS = { escape: (text) => text };
  const { evaluate } = XPathExpression.prototype;
  XPathExpression.prototype.evaluate = function (node, type = 0) {
    return evaluate.call(this, node, type, null);
  };
}`);
const script = (path) => readFileSync(`node_modules/${path}`, 'utf8');
window.eval(script('htmx.org/dist/htmx.js').replace('var htmx', 'window.htmx'));
window.eval(script('idiomorph/dist/idiomorph-ext.js'));
const answer = `done<ul id="list" hx-swap-oob="${style}"><li>new</li></ul>`;
const target = window.document.querySelector('#target');
window.htmx.swap(target, answer, { swapStyle: 'innerHTML' });
console.log(window.document.querySelector('main > ul').innerHTML);
process.exit(0);
JS

expect() {
  local name=$1 wanted=$2 seen
  seen=$(node swap.mjs "$3" "$4")
  printf '%-24s %s\n' "$name" "$seen"
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
}
expect 'no extension, innerHTML' '<li>new</li>' '' innerHTML
expect 'no extension, true' '<li>new</li>' '' true
expect 'morph, innerHTML' '<ul id="list"><li>new</li></ul>' morph innerHTML
expect 'morph, true' '<li>new</li>' morph true
echo 'The results are as described.'
