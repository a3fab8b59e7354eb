import { describe, expect, test } from 'bun:test';
import { ImportsAnswer } from '../../../src/operations/scrape/archive.tsx';
import { ErrorResult } from '../../../views/forms/error_result.tsx';
import { StartedNote } from '../../../views/jobs/started_note.tsx';
import { ErrorPage } from '../../../views/pages/error.tsx';
import { jobView, NOW, textOf } from '../job_view.ts';
import { attributesOf, elements, HOSTILE, LAYOUT } from './fixtures.ts';

const refused = {
  status: 422,
  title: 'Nothing was started',
  message: 'Correct the fields, then send the form again.',
  details: { username: 'Letters and digits only.', maxTweets: 'At most 10,000.' },
};

describe('the response to a valid start', () => {
  test('names the job and links to it', () => {
    const note = StartedNote({ job: jobView().job });
    expect(textOf(String(note))).toBe('Started: scrape @aurora_lab');
    const [now, runAt] = [new Date('2026-11-30T03:00:00Z'), new Date('2026-12-01T05:00:00Z')];
    const planned = StartedNote({ job: jobView({ status: 'queued', runAt }).job, now });
    expect(textOf(String(planned))).toBe('Planned for Tue 1 Dec, 05:00 UTC : scrape @aurora_lab');
    const waits = StartedNote({
      job: jobView({ status: 'queued' }).job,
      pause: { type: 'scrape' },
    });
    expect(textOf(String(waits))).toBe('Waits, because scrape is paused: scrape @aurora_lab');
    expect(attributesOf(note, 'a').href).toBe('/jobs/scrape-0198a');
    expect(attributesOf(note, 'p').role).toBe('status');
  });

  test('escapes the input', () => {
    const note = StartedNote({ job: jobView({ metadata: { query: HOSTILE } }).job });
    expect(elements(note, 'script')).toEqual([]);
  });
});

describe('the response to invalid input', () => {
  const result = ErrorResult({ model: refused });

  test('is an alert that says what to do', () => {
    expect(attributesOf(result, 'div')).toEqual({ class: 'result error', role: 'alert' });
    expect(textOf(String(result))).toStartWith('Nothing was started Correct the fields');
  });

  test('names each field, and links to it', () => {
    expect(elements(result, 'li').map(({ attributes }) => attributes['data-field'])).toEqual([
      'username',
      'maxTweets',
    ]);
    expect(elements(result, 'a').map(({ attributes }) => attributes.href)).toEqual([
      '#username',
      '#maxTweets',
    ]);
  });

  test('has no list without fields', () => {
    expect(elements(ErrorResult({ model: { ...refused, details: {} } }), 'ul')).toEqual([]);
  });
});

describe('the response to an upload or a removal', () => {
  const imports = [{ name: 'mine.zip', bytes: 1000, addedAt: NOW, posts: 12 }];
  const answer = ImportsAnswer({
    message: 'mine.zip is here.',
    imports,
    isListed: true,
    now: NOW,
    chosen: 'mine.zip',
  });

  test('updates the list and the options of the form', () => {
    expect(attributesOf(answer, '#imports')['hx-swap-oob']).toBe('true');
    expect(attributesOf(answer, '#archive')).toMatchObject({
      name: 'archive',
      'hx-swap-oob': 'true',
    });
    expect(attributesOf(answer, '#archive option[selected]').value).toBe('mine.zip');
    expect(textOf(String(answer))).toContain('mine.zip is here.');
  });
});

describe('an error as a page', () => {
  const page = ErrorPage({ layout: LAYOUT, model: refused });

  test('shows what happened and what to do, with links', () => {
    const text = textOf(String(page));
    expect(text).toContain('Error 422 Nothing was started Correct the fields');
    expect(text).toContain('username Letters and digits only. maxTweets At most 10,000.');
    expect(elements(page, '.error-links a').map(({ attributes }) => attributes.href)).toEqual([
      '/',
      '/jobs',
    ]);
  });

  test('marks no entry of the navigation', () => {
    expect(elements(page, '[aria-current]')).toEqual([]);
  });
});
