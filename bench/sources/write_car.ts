/**
 * Writes the export of a Bluesky account, with the kinds of records that accounts have: of 20, 11 likes, 5
 * posts, a reply, a post of a thread, a repost and a follow.
 *
 *     bun bench/sources/write_car.ts <path> <records>
 */
import {
  address,
  carOf,
  commitOf,
  like,
  post,
  postPath,
  type Records,
  treeOf,
} from '../../test/support/car_fixture.ts';

const WORDS = 'aurora lab candle river copper violet seven lantern orbit quiet'.split(' ');
const THEIRS = 'at://did:plc:other/app.bsky.feed.post/3kaaaaaaaaa22';

function textOf(number: number): string {
  const words = Array.from(
    { length: 20 },
    (_, i) => WORDS[(number * (i + 7) + ((number >> i) & 5)) % 10],
  );
  return `${number} ${words.join(' ')} 🔥`;
}

function replyTo(uri: string) {
  return { reply: { root: { uri, cid: 'none' }, parent: { uri, cid: 'none' } } };
}

/** The collection and the fields of the record with this number. */
function recordOf(number: number): [string, object] {
  const kind = number % 20;
  const text = textOf(number);
  if (kind < 11) return ['like', like(number)];
  if (kind < 16) return ['post', post(number, { text })];
  if (kind === 16) return ['post', post(number, { text, ...replyTo(THEIRS) })];
  if (kind === 17) {
    return ['post', post(number, { text, ...replyTo(address(postPath(number - 1))) })];
  }
  if (kind === 18) return ['repost', { ...like(number), $type: 'app.bsky.feed.repost' }];
  const follow = { $type: 'app.bsky.graph.follow', subject: `did:plc:friend${number}` };
  return ['follow', { ...follow, createdAt: '2026-01-01T00:00:00Z' }];
}

const [path = '', count = '0'] = process.argv.slice(2);
const records: Records = {};
for (let number = 0; number < Number(count); number += 1) {
  const [collection, record] = recordOf(number);
  const key = postPath(number).replace('post', collection);
  records[collection === 'follow' ? key.replace('feed', 'graph') : key] = record;
}
const tree = treeOf(records);
const root = commitOf(tree.root);
await Bun.write(path, carOf([root], [root, ...tree.blocks]));
