import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

const ENTRIES_PER_PIECE = 500;
const SYLLABLES = 'au ro ra lab can dle ri ver cop per vio let se ven lan tern or bit qui et'.split(
  ' ',
);

/**
 * A post with the fields that X's archives have, and about their size: 2 KB for 16 words, with pictures in
 * every third and an emoji in every fourth.
 */
function entry(id: number, id19: string): object {
  const text = Array.from({ length: 16 }, (_, at) => wordOf(id * 31 + at * at * 7));
  const isReply = id % 5 === 0;
  const inThread = id % 7 === 1;
  return {
    tweet: {
      edit_info: {
        initial: {
          editTweetIds: [id19],
          editableUntil: '2018-10-10T21:19:24.000Z',
          editsRemaining: '5',
          isEditEligible: !isReply,
        },
      },
      retweeted: false,
      source: '<a href="https://example.com/client" rel="nofollow">Example for Phones</a>',
      entities: {
        hashtags: [{ text: wordOf(id), indices: ['10', '17'] }],
        symbols: [],
        user_mentions: id % 2 === 0 ? [mention()] : [],
        urls: [
          {
            url: `https://t.co/${id}`,
            expanded_url: `https://example.com/articles/${id}`,
            display_url: `example.com/articles/${id}`,
            indices: ['120', '143'],
          },
        ],
      },
      display_text_range: ['0', '143'],
      favorite_count: `${id % 90}`,
      ...(isReply && { in_reply_to_status_id_str: `99${id19}`, in_reply_to_user_id: '88' }),
      ...(inThread && { in_reply_to_status_id_str: idOf(id - 1), in_reply_to_user_id: '4711' }),
      id_str: id19,
      truncated: false,
      retweet_count: `${id % 9}`,
      id: id19,
      possibly_sensitive: false,
      created_at: dateOf(id),
      favorited: false,
      full_text: `${id} ${text.join(' ')} ${id % 4 === 0 ? '🔥 ' : ''}&amp; https://t.co/${id}`,
      lang: 'en',
      ...(id % 3 === 0 && { extended_entities: { media: [picture(id)] } }),
    },
  };
}

/** One of 8,000 words. */
function wordOf(seed: number): string {
  const at = (place: number) => SYLLABLES[Math.floor(seed / 20 ** place) % 20];
  return `${at(0)}${at(1)}${at(2)}`;
}

const mention = () => ({
  name: 'Bob of the example',
  screen_name: 'bob',
  indices: ['0', '4'],
  id_str: '88',
  id: '88',
});

function picture(id: number): object {
  const size = (w: number) => ({ w: `${w}`, h: `${w}`, resize: 'fit' });
  return {
    expanded_url: `https://x.com/aurora_lab/status/${id}/photo/1`,
    indices: ['144', '167'],
    url: `https://t.co/p${id}`,
    media_url: `http://pbs.twimg.com/media/${id}.jpg`,
    id_str: `${id}`,
    id: `${id}`,
    media_url_https: `https://pbs.twimg.com/media/${id}.jpg`,
    sizes: { medium: size(1200), thumb: size(150), small: size(680), large: size(2048) },
    type: 'photo',
    display_url: `pic.x.com/p${id}`,
  };
}

function idOf(id: number): string {
  return `${1_050_118_000_000_000_000n + BigInt(id) * 1000n}`;
}

function dateOf(id: number): string {
  const parts = new Date(1.5e12 + id * 60_000).toUTCString().replace(',', '').split(' ');
  const [weekday, day, month, year, time] = parts;
  return `${weekday} ${month} ${day} ${time} +0000 ${year}`;
}

function* tweets(count: number): Generator<Buffer> {
  for (let id = 1; id <= count; id += ENTRIES_PER_PIECE) {
    const length = Math.min(ENTRIES_PER_PIECE, count - id + 1);
    const entries = Array.from({ length }, (_, offset) =>
      JSON.stringify(entry(id + offset, idOf(id + offset)), null, 2),
    );
    const start = id === 1 ? 'window.YTD.tweets.part0 = [\n' : ',\n';
    yield Buffer.from(start + entries.join(',\n'));
  }
  yield Buffer.from('\n]\n');
}

/** Writes a zip with so many posts in one file, of about 1.9 KB each. */
export async function writeLargeArchive(path: string, posts: number): Promise<void> {
  const zip = new ZipFile();
  const account = [{ account: { username: 'aurora_lab', accountId: '4711' } }];
  const text = `window.YTD.account.part0 = ${JSON.stringify(account)}`;
  zip.addBuffer(Buffer.from(text), 'data/account.js');
  zip.addReadStream(Readable.from(tweets(posts)), 'data/tweets.js', { compressionLevel: 6 });
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(path)));
}
