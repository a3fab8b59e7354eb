import { expect, test } from 'bun:test';
import { placesOf } from '../../../src/operations/find/places.ts';
import { whyFound } from '../../../src/text/found_text.ts';
import { postsText } from '../../../src/text/library_text.ts';
import { PostArticle } from '../../../views/posts/post_article.tsx';
import { post } from '../pages/fixtures.ts';

const found = post({
  text: 'Look',
  authorName: 'Red & Co',
  links: [{ text: 'look', url: 'https://red.example/?a=<b>' }],
  media: [
    { type: 'photo', url: 'https://a.example/1.jpg', alt: 'A dog' },
    { type: 'photo', url: 'https://a.example/2.jpg', alt: 'A <red> barn' },
    { type: 'video', url: 'https://a.example/3.mp4', alt: 'Red sky' },
  ],
  quote: { id: '9', author: 'red', authorName: 'Red', text: 'All red' },
});
const shown = {
  ...found,
  marks: [],
  places: placesOf(found, { word: 'red' }),
  why: { words: true as const },
};

test('FEATURES 47: words outside of the text are marked where they stand, and stay text', () => {
  const html = PostArticle({ post: shown, now: new Date() }) as string;
  for (const marked of [
    '<mark>Red</mark> &amp; Co',
    'https://<mark>red</mark>.example/?a=&lt;b>',
    'Photo: A &lt;<mark>red</mark>> barn',
    'Video: <mark>Red</mark> sky',
    '@<mark>red</mark>',
    'All <mark>red</mark>',
  ])
    expect(html.replaceAll('&gt;', '>')).toContain(marked);
  expect(html).toContain('Photo: A dog');
});

test('FEATURES 47: a hit says where its words are', () => {
  expect(whyFound(shown)).toBe(
    'found by words in the author’s name, the address of a link, a picture’s description, a video’s description, the name of the quoted author and the quoted post',
  );
  const named = { media: [], places: [{ in: 'authorName', text: 'Red' }] };
  expect(whyFound({ ...named, marks: [{}], why: { someWords: true, meaning: true } })).toBe(
    'found by some words in the text and the author’s name, and by meaning',
  );
  expect(whyFound({ media: [], why: { words: true, meaning: true }, similarity: 0.5 })).toBe(
    'found by words and meaning, similarity 0.50',
  );
  const text = postsText([shown]);
  expect(text).toContain('found by words in the author’s name');
  expect(text).toContain('In a picture’s description: A <red> barn');
});

test('FEATURES 47: the text of a repost is marked in the original that is shown in its place', () => {
  const repost = post({
    text: 'RT @mo: a barn',
    kind: 'repost',
    repostOf: { id: '9', author: 'mo', text: 'a barn, in full' },
  });
  const marked = { ...repost, marks: [], places: placesOf(repost, { word: 'barn' }) };
  expect(PostArticle({ post: marked, now: new Date() })).toContain('a <mark>barn</mark>, in full');
  expect(whyFound({ ...marked, marks: [{}], why: { words: true } })).toBe(
    'found by words in the original post',
  );
});
