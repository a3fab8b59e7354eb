#!/usr/bin/env bash
# @xdevplatform/xdk 0.6.6, X's official client: what becomes of fetch, timeout, an abort, and a page of HTML.
#
# - A `fetch` in the client's configuration is not used: the requests go out through the global one, as it
#   was when the module was loaded. A test that passes a fetch of its own reaches the network.
# - `timeout` counts only without a `signal`. With both, a request to a server that does not answer ends when
#   the signal aborts and not before; so does one with the client's default timeout of 30 s.
# - An aborted request rejects with an ApiError of status 0 (NETWORK_ERROR). The reason of the signal is only
#   in its `data`, so a caller that compares the error with the reason takes a cancel for an outage.
# - A page of HTML with status 200 is an ApiError of status 0 (NETWORK_ERROR) as well: the status, which
#   would tell a sign-in page of a proxy from an outage, is lost.
#
# Observed with @xdevplatform/xdk 0.6.6 and the npm package bun 1.4.4:
#   own fetch          calls to it: 0, requests to the server: 1
#   timeout alone      ended by the timeout of 100 ms
#   timeout and signal ended by the signal after 3000 ms
#   abort              ApiError 0 NETWORK_ERROR, data is the reason: true
#   HTML with 200      ApiError 0 NETWORK_ERROR
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 @xdevplatform/xdk@0.6.6 >/dev/null 2>&1

cat >client.mjs <<'EOF'
import { Client } from '@xdevplatform/xdk';

let requests = 0;
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch(request) {
    requests += 1;
    const { pathname } = new URL(request.url);
    if (pathname === '/silent') return new Promise(() => {});
    if (pathname === '/html') return new Response('<html>sign in</html>');
    return Response.json({ data: {} });
  },
});
const baseUrl = server.url.origin;
const client = new Client({ baseUrl, bearerToken: 'synthetic' });

async function failure(path, options) {
  const begin = performance.now();
  try {
    await client.request('GET', path, options);
    return { error: 'none' };
  } catch (error) {
    return { error, ms: performance.now() - begin };
  }
}
const named = (error) => `${error.constructor.name} ${error.status} ${error.statusText}`;

const cases = {
  async fetch() {
    let calls = 0;
    const fetch = async (...args) => {
      calls += 1;
      return globalThis.fetch(...args);
    };
    await new Client({ baseUrl, bearerToken: 'synthetic', fetch }).request('GET', '/');
    return `calls to it: ${calls}, requests to the server: ${requests}`;
  },
  async timeout() {
    const { ms } = await failure('/silent', { timeout: 100 });
    return ms < 2500 ? 'ended by the timeout of 100 ms' : `ended after ${ms} ms`;
  },
  async both() {
    const { ms } = await failure('/silent', { timeout: 100, signal: AbortSignal.timeout(3000) });
    return ms > 2500 ? 'ended by the signal after 3000 ms' : `ended after ${ms} ms`;
  },
  async abort() {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    setTimeout(() => stop.abort(reason), 50);
    const { error } = await failure('/silent', { signal: stop.signal });
    return `${named(error)}, data is the reason: ${error.data === reason}`;
  },
  async html() {
    return named((await failure('/html', {})).error);
  },
};
console.log(await cases[process.argv[2]]());
process.exit(0);
EOF

expect() {
  local name=$1 wanted=$2 seen
  seen=$(node_modules/.bin/bun client.mjs "$3")
  printf '%-18s %s\n' "$name" "$seen"
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
}
expect 'own fetch' 'calls to it: 0, requests to the server: 1' fetch
expect 'timeout alone' 'ended by the timeout of 100 ms' timeout
expect 'timeout and signal' 'ended by the signal after 3000 ms' both
expect 'abort' 'ApiError 0 NETWORK_ERROR, data is the reason: true' abort
expect 'HTML with 200' 'ApiError 0 NETWORK_ERROR' html
echo 'The results are as described.'
