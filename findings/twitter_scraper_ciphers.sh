#!/usr/bin/env bash
# @the-convocation/twitter-scraper 0.22.3: each request changes tls.DEFAULT_CIPHERS of the whole process.
#
# The build for Node, which Bun takes too, shuffles the first eight ciphers of node:tls before every
# request and assigns the list to tls.DEFAULT_CIPHERS. It does so when `fetch` is injected as well,
# although the list then has no effect on its own requests. All other TLS connections of the process
# that name no ciphers get the shuffled list. It is never put back.
#
# Observed with Node 20 and the npm package bun 1.4.4:
#   before  TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256 …
#   after   the same ciphers in another order, still so 100 ms later, in Node and in Bun
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >package.json <<'EOF'
{
  "private": true,
  "dependencies": { "@the-convocation/twitter-scraper": "0.22.3", "bun": "1.4.4" },
  "overrides": { "linkedom": "0.18.13" }
}
EOF
npm install --silent --no-audit --no-fund >/dev/null 2>&1

cat >ciphers.mjs <<'EOF'
import tls from 'node:tls';
import { Scraper } from '@the-convocation/twitter-scraper';

const first = () => tls.DEFAULT_CIPHERS.split(':').slice(0, 8).join(' ');
const original = tls.DEFAULT_CIPHERS;
const json = () => new Response('{"data":{}}', { headers: { 'content-type': 'application/json' } });
const scraper = new Scraper({ fetch: async () => json() });
await scraper.setCookies(['auth_token=a; Domain=x.com', 'ct0=b; Domain=x.com']);
console.log('before the request ', first());
await scraper.getProfile('ada_example').catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 100));
console.log('after the request  ', first());
console.log(tls.DEFAULT_CIPHERS === original ? 'unchanged' : 'changed for the whole process');
EOF
echo 'Node:' && node ciphers.mjs
echo 'Bun:' && node_modules/.bin/bun ciphers.mjs
