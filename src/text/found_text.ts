import { count, counted } from './format.ts';
import { listed } from './listed.ts';

interface Place {
  in: string;
  index?: number;
  text: string;
  marks?: readonly { from: number; to: number }[];
}

interface FoundPost {
  media: readonly { type: string }[];
  marks?: readonly unknown[];
  places?: readonly Place[];
  why?: { words?: true; someWords?: true; meaning?: true };
  similarity?: number;
}

const PLACES: Record<string, string> = {
  authorName: 'the author’s name',
  original: 'the original post',
  link: 'the address of a link',
  quoteAuthor: 'the name of the quoted author',
  quoteAuthorName: 'the name of the quoted author',
  quote: 'the quoted post',
};

const MEDIA: Record<string, string> = { video: 'a video’s description' };

/** `found by words in the text and the author’s name, and by meaning, similarity 0.61`; empty for no reason. */
export function whyFound(post: FoundPost): string {
  const { why = {}, similarity } = post;
  const words = why.words ? 'words' : why.someWords ? 'some words' : '';
  const where = words && wherePlaced(post);
  const reasons = [words + where, why.meaning && 'meaning'].filter(Boolean);
  const near = similarity === undefined ? '' : `similarity ${similarity.toFixed(2)}`;
  const found = `found by ${reasons.join(where ? ', and by ' : ' and ')}`;
  return [reasons.length > 0 && found, near].filter(Boolean).join(', ');
}

/** Where the words are, unless they are in the text alone. */
function wherePlaced(post: FoundPost): string {
  const { marks = [], places = [] } = post;
  if (places.length === 0) return '';
  // The text of a repost repeats its original, which is shown in its place.
  const isOriginal = places.some((place) => place.in === 'original');
  const names = places.map((place) => placeName(place, post));
  const all = marks.length > 0 && !isOriginal ? ['the text', ...names] : names;
  return ` in ${listed([...new Set(all)], 'and')}`;
}

interface Count {
  total: number;
  isCapped?: true | undefined;
}

interface Found extends Count {
  unranked?: number;
  understood: string;
}

/** `Posts with “soup” · 12 posts` */
export function understoodText({ understood, total, isCapped }: Found): string {
  return [understood, totalText({ total, isCapped })].join(' · ');
}

/** `12 posts`; where counting stopped, `More than 10,000 posts`. */
export function totalText({ total, isCapped }: Count): string {
  if (!isCapped) return counted(total, 'post');
  const least = atLeast(total);
  return `${least.charAt(0).toUpperCase()}${least.slice(1)} posts`;
}

/** A count that stopped there: `more than 10,000` for 10,001, otherwise `at least 1,000`. */
export function atLeast(total: number): string {
  const below = total - 1;
  return below > 0 && below % 1_000 === 0
    ? `more than ${count(below)}`
    : `at least ${count(total)}`;
}

/** How people come to the posts that are not ranked. */
export const TO_SEE_OTHERS =
  'To see others, narrow the query, sort by newest first, or export all of them.';

/** Said at the end of the posts that are ranked, when more were found; empty otherwise. */
export function unrankedText({ total, isCapped, unranked }: Found): string {
  if (unranked === undefined) return '';
  const all = isCapped ? atLeast(total) : count(total);
  return `These are the best ${count(total - unranked)} of ${all} posts. ${TO_SEE_OTHERS}`;
}

/** What a part of a post is called: "a picture’s description". */
export function placeName({ in: place, index = 0 }: Place, { media }: FoundPost): string {
  const name = PLACES[place] ?? MEDIA[media[index]?.type ?? ''];
  return name ?? 'a picture’s description';
}
