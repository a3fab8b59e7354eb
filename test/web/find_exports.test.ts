import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { AnswerNotes } from '../../src/operations/find/answer_notes.ts';
import { findNotesHeader } from '../../src/web/http/find_notes.ts';
import { makePosts } from '../library/synthetic.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
  web.library.savePosts(makePosts(3, { text: 'a telescope at night', language: 'en' }));
});

interface Answer extends AnswerNotes {
  posts: { id: string }[];
}

const addressOf = (q: string, more = '') =>
  `/api/find?${new URLSearchParams({ q, by: 'words' })}${more}`;

async function answerTo(q: string): Promise<Answer> {
  const response = await web.request(addressOf(q), { headers: { accept: 'application/json' } });
  const { posts, notes = [], didYouMean } = (await response.json()) as Answer;
  return { posts, notes: didYouMean ? [`Did you mean: ${didYouMean}`, ...notes] : notes };
}

const notesIn = ({ headers }: Response) => JSON.parse(headers.get('x-find-notes') ?? '[]');

describe('48: an export tells in a header what JSON tells beside the posts', () => {
  test.each([
    ['a word that no post has', 'telescopf', 'Did you mean: telescope'],
    ['an author without posts', 'telescope from:nobody_here', 'No post is by @nobody_here.'],
    ['a language without posts, in a list by time', 'lang:fr', 'No post is in French.'],
    ['a contradiction', 'telescope has:link -has:link', 'contradict each other'],
    ['an operator that was not read', 'telescope since:someday', 'was read as text'],
    ['an operator without a value', 'telescope from:', 'and no effect'],
    ['a beginning that no word has', 'zz*', 'begins with “zz”'],
    ['letters that a header cannot contain', 'телескопы', 'No post has “телескопы”'],
    ['nothing', 'telescope', undefined],
  ])('%s', async (_, q, told) => {
    const { posts, notes } = await answerTo(q);
    if (told === undefined) expect(notes).toEqual([]);
    else expect(notes.join('\n')).toContain(told);
    for (const more of ['&format=csv', '&format=jsonl']) {
      const response = await web.request(addressOf(q, more));
      expect(notesIn(response)).toEqual(notes);
      expect(response.headers.has('x-find-notes')).toBe(told !== undefined);
      const lines = (await response.text()).split('\n').filter(Boolean);
      expect(lines.length).toBe(posts.length + (more === '&format=csv' ? 1 : 0));
      if (more === '&format=csv') expect(lines[0]).toContain('source,id,kind');
      else expect(lines.map((line) => JSON.parse(line).id)).toEqual(posts.map(({ id }) => id));
    }
  });
});

test('48: the header stays small, and says so when notes are left out', () => {
  const notes = Array.from({ length: 30 }, (_, i) => `${i} ${'天'.repeat(40)}`);
  const { 'x-find-notes': value = '' } = findNotesHeader({ notes });
  expect(value).toMatch(/^[ -~]{1000,2000}$/);
  const told: string[] = JSON.parse(value);
  expect(told.slice(0, -1)).toEqual(notes.slice(0, told.length - 1));
  expect(told.at(-1)).toContain('Request JSON');
  expect(findNotesHeader({ notes: ['天'.repeat(2_000)] })).toEqual({
    'x-find-notes': JSON.stringify([told.at(-1)]),
  });
});
