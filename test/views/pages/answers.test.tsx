import { describe, expect, test } from 'bun:test';
import { ImportsAnswer } from '../../../src/operations/scrape/archive.tsx';
import { ErrorResult } from '../../../views/forms/error_result.tsx';
import { StartedNote } from '../../../views/jobs/started_note.tsx';
import { ErrorPage } from '../../../views/pages/error.tsx';
import { jobView, NOW, textOf } from '../job_view.ts';
import { attributesOf, elements, FRAME, HOSTILE } from './fixtures.ts';

const refused = {
  status: 422,
  title: 'Nothing was started',
  message: 'Correct the fields, then send the form again.',
  details: { username: 'Letters and digits only.', maxTweets: 'At most 10,000.' },
};

describe('the answer to a good start', () => {
  test('names the job and leads to it', () => {
    const note = StartedNote({ job: jobView().job });
    expect(textOf(String(note))).toBe('Started: scrape @aurora_lab');
    expect(attributesOf(note, 'a').href).toBe('/jobs/scrape-0198a');
    expect(attributesOf(note, 'p').role).toBe('status');
  });

  test('escapes what was asked', () => {
    const note = StartedNote({ job: jobView({ metadata: { query: HOSTILE } }).job });
    expect(elements(note, 'script')).toEqual([]);
  });
});

describe('the answer to bad input', () => {
  const result = ErrorResult({ model: refused });

  test('is an alert that says what to do', () => {
    expect(attributesOf(result, 'div')).toEqual({ class: 'result error', role: 'alert' });
    expect(textOf(String(result))).toStartWith('Nothing was started Correct the fields');
  });

  test('names each field, and leads to it', () => {
    expect(elements(result, 'li').map(({ attributes }) => attributes['data-field'])).toEqual([
      'username',
      'maxTweets',
    ]);
    expect(elements(result, 'a').map(({ attributes }) => attributes.href)).toEqual([
      '#username',
      '#maxTweets',
    ]);
  });

  test('has no list when it names no field', () => {
    expect(elements(ErrorResult({ model: { ...refused, details: {} } }), 'ul')).toEqual([]);
  });
});

describe('the answer to an upload or a removal', () => {
  const imports = [{ name: 'mine.zip', bytes: 1000, addedAt: NOW }];
  const answer = ImportsAnswer({
    message: 'mine.zip is here.',
    imports,
    now: NOW,
    chosen: 'mine.zip',
  });

  test('brings the list and the choices of the form with it', () => {
    expect(attributesOf(answer, '#imports')['hx-swap-oob']).toBe('true');
    expect(attributesOf(answer, '#archive')['hx-swap-oob']).toBe('innerHTML');
    expect(attributesOf(answer, '#archive option[selected]').value).toBe('mine.zip');
    expect(textOf(String(answer))).toContain('mine.zip is here.');
  });
});

describe('an error as a page', () => {
  const page = ErrorPage({ frame: FRAME, model: refused });

  test('says what happened and what to do, and shows ways on', () => {
    const text = textOf(String(page));
    expect(text).toContain('Error 422 Nothing was started Correct the fields');
    expect(text).toContain('username Letters and digits only. maxTweets At most 10,000.');
    expect(elements(page, '.error-ways a').map(({ attributes }) => attributes.href)).toEqual([
      '/',
      '/jobs',
    ]);
  });

  test('is no page of the navigation', () => {
    expect(elements(page, '[aria-current]')).toEqual([]);
  });
});
