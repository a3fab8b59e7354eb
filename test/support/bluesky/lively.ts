import { cidOf } from './ids.ts';
import { quoteView } from './views.ts';
import type { Account, PostFields, StoredPost, World } from './world.ts';

const WORDS =
  'harbour tide lantern rope gull kettle window bread winter letter garden ladder bicycle river paper morning cellar violin orchard station copper blanket market shadow pepper bridge candle forest mirror thunder pocket salt engine feather island chimney meadow cotton needle pebble'.split(
    ' ',
  );

/**
 * `count` posts as authors write them, so that answers have their usual size: 70 to 230 characters, every
 * third continues a thread, and many have a link, pictures, a card or a quote.
 */
export function livelyPosts(world: World, author: Account, count: number): void {
  let last: StoredPost | undefined;
  for (let number = 0; number < count; number++) {
    const words = Array.from(
      { length: 12 + ((number * 7) % 24) },
      (_, index) => WORDS[(number * 13 + index * (1 + (number % 7))) % WORDS.length],
    );
    const text = `${words.join(' ')}. Number ${number + 1}.`;
    const fields = { text, langs: ['en'], likes: number % 90, ...attached(number, text, last) };
    last = world.post(author, fields);
  }
}

function attached(number: number, text: string, last: StoredPost | undefined): Partial<PostFields> {
  const replyTo = number % 3 === 2 ? last : undefined;
  switch (number % 5) {
    case 0:
      return { replyTo, facets: [linkOver(text)] };
    case 1:
      return { replyTo, embed: pictures(number) };
    case 2:
      return { replyTo, embed: card(number) };
    case 3:
      return last
        ? {
            replyTo,
            embed: { $type: 'app.bsky.embed.record#view', record: quoteView(last) },
          }
        : {};
    default:
      return { replyTo };
  }
}

function linkOver(text: string) {
  const end = text.indexOf(' ');
  return {
    index: { byteStart: 0, byteEnd: end },
    features: [{ $type: 'app.bsky.richtext.facet#link', uri: `https://news.example/${end}` }],
  };
}

function pictures(number: number) {
  const image = (index: number) => {
    const cid = cidOf(`${number} ${index}`);
    return {
      thumb: `https://cdn.example/img/feed_thumbnail/plain/${cid}@jpeg`,
      fullsize: `https://cdn.example/img/feed_fullsize/plain/${cid}@jpeg`,
      alt: `Picture ${index} of a quay at low tide, with two boats and a ladder`,
      aspectRatio: { width: 2000, height: 1500 },
    };
  };
  return { $type: 'app.bsky.embed.images#view', images: [image(1), image(2)] };
}

function card(number: number) {
  return {
    $type: 'app.bsky.embed.external#view',
    external: {
      uri: `https://news.example/articles/${number}/what-the-harbour-was-like`,
      title: 'What the harbour was like before the bridge',
      description: 'A long walk along the quay, and what the people there remember of the boats.',
      thumb: `https://cdn.example/img/feed_thumbnail/plain/${cidOf(`card ${number}`)}@jpeg`,
    },
  };
}
