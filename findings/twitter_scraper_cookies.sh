#!/usr/bin/env bash
# @the-convocation/twitter-scraper 0.22.3: its cookie jar misses cookies without a Domain, and deletions.
#
# A Set-Cookie header without a Domain attribute sets a cookie for the host that sent it. The scraper stores
# each cookie under the address https://<Domain>/, which is https://null/ then, and the jar refuses that
# without an error. A cookie with Max-Age=0 or an Expires in the past should be deleted; the scraper passes
# over it, whatever its name. So a proxy that strips the Domain, as is usual for cookies of another host,
# stops the rotation of ct0, and a session that the server has ended goes on being sent.
#
# Observed with Node 20:
#   ct0=new; Domain=.x.com                    the next request sends ct0=new
#   ct0=new                                   the next request sends ct0=old
#   auth_token=; Max-Age=0; Domain=.x.com     the next request sends auth_token=a
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >package.json <<'EOF'
{
  "private": true,
  "dependencies": { "@the-convocation/twitter-scraper": "0.22.3" },
  "overrides": { "linkedom": "0.18.13" }
}
EOF
npm install --silent --no-audit --no-fund >/dev/null 2>&1

cat >cookies.mjs <<'EOF'
import { Scraper } from '@the-convocation/twitter-scraper';

async function sentAfter(setCookie) {
  const sent = [];
  const fetch = async (_, { headers }) => {
    sent.push(headers.get('cookie'));
    const answer = { 'content-type': 'application/json', 'set-cookie': setCookie };
    return new Response('{"data":{}}', { headers: answer });
  };
  const scraper = new Scraper({ fetch });
  await scraper.setCookies(['auth_token=a; Domain=x.com', 'ct0=old; Domain=x.com']);
  await scraper.getProfile('ada_example').catch(() => {});
  await scraper.getProfile('ada_example').catch(() => {});
  return sent[1];
}

for (const setCookie of [
  'ct0=new; Path=/; Secure; Domain=.x.com',
  'ct0=new; Path=/; Secure',
  'auth_token=; Max-Age=0; Path=/; Secure; Domain=.x.com',
]) {
  console.log(`${setCookie}\n    next request: ${await sentAfter(setCookie)}`);
}
EOF
node cookies.mjs
