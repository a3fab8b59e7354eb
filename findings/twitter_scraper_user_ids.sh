#!/usr/bin/env bash
# @the-convocation/twitter-scraper 0.22.3: the id of a username is kept for the life of the process.
#
# The methods that take a username (getTweets, getTweetsAndReplies, getUserIdByScreenName) look its id up
# once and keep it in a module-wide map without a limit or an age. Another Scraper, with other cookies,
# uses it too. When an account is renamed and its name is taken by someone else, a program that runs for
# long reads the posts of the first account under the name of the second. getProfile is not affected.
#
# Observed with Node 20: the second scraper makes no look-up and asks for the posts of id 1, while
# getProfile says 2.
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

cat >ids.mjs <<'EOF'
import { Scraper } from '@the-convocation/twitter-scraper';

let owner = '1';
const asked = [];
const fetch = async (address) => {
  const { pathname, searchParams } = new URL(address);
  const { userId } = JSON.parse(searchParams.get('variables'));
  asked.push(`${pathname.split('/').at(-1)}${userId ? ` of ${userId}` : ''}`);
  const result = { rest_id: owner, core: { screen_name: 'ada_example', name: 'Ada' }, legacy: {} };
  const body = userId ? { data: {} } : { data: { user: { result } } };
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
};
const scraper = async () => {
  const made = new Scraper({ fetch });
  await made.setCookies(['auth_token=a; Domain=x.com', 'ct0=b; Domain=x.com']);
  return made;
};

await (await scraper()).getTweets('ada_example', 5).next();
console.log('first scraper: ', asked.splice(0).join(', '));
owner = '2';
const second = await scraper();
await second.getTweets('ada_example', 5).next();
console.log('the name has another owner; second scraper:', asked.splice(0).join(', '));
console.log('getProfile says', (await second.getProfile('ada_example')).userId);
EOF
node ids.mjs
