import type { Post } from '../../src/sources/post.ts';

/** Posts that are saved at a time. */
export const PAGE = 1_000;

/**
 * The next posts of so many, always the same ones: 73 % have one word, 2 % each of fifty others, ten each of the
 * rare ones.
 */
export function postsFrom(from: number, count: number): Post[] {
  return Array.from({ length: Math.min(PAGE, count - from) }, (_, i) => {
    const number = from + i;
    const random = mixed(number);
    const words = Array.from({ length: 12 }, (_, at) => `word${mixed(random + at) % 20_000}`);
    if (random % 100 < 73) words.push('common');
    words.push(`topic${mixed(random + 20) % 50}`);
    if (number % Math.ceil(count / 100) === 0)
      words.push(`rare${(number / Math.ceil(count / 100)) % 10}`);
    const author = `author${random % 1_000}`;
    return {
      source: 'bench',
      id: String(number),
      kind: 'post',
      author,
      authorName: author,
      text: words.join(' '),
      language: random % 101 === 0 ? 'eo' : 'en',
      createdAt: new Date(1_780_000_000_000 - (mixed(random + 30) % 200_000_000) * 1000),
      links: [],
      media: [],
    };
  });
}

/** A number that looks random, of 31 bits. */
function mixed(number: number): number {
  let value = Math.imul(number ^ 0x9e3779b9, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 1;
}
