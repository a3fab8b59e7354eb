import { describe, expect, test } from 'bun:test';
import { embedParts } from '../../../src/operations/embed/form.tsx';
import { scrapeParts } from '../../../src/operations/scrape/form.tsx';
import { StartPage } from '../../../views/pages/start.tsx';
import type { ImportOption, StartModel } from '../../../views/view_models.ts';
import { ago, jobView, NOW, textOf } from '../job_view.ts';
import {
  ARCHIVE,
  attributesOf,
  elements,
  fieldsOf,
  LAYOUT,
  SAMPLE,
  startModel,
} from './fixtures.ts';

type Given = Partial<StartModel> & { imports?: ImportOption[] };

const start = (type: string, given: Partial<StartModel> = {}) =>
  String(StartPage({ layout: LAYOUT, model: startModel(type, given) }));
const scrape = ({ imports = [], ...given }: Given = {}) => {
  const { form, sources } = startModel('scrape', given);
  return start('scrape', { ...given, parts: scrapeParts({ form, sources, now: NOW }, imports) });
};
const search = (given: Partial<StartModel> = {}) => start('search', given);
const discover = (given: Partial<StartModel> = {}) => start('discover', given);
const MODEL = { name: 'minilm', dimensions: 384, ready: false, fetchBytes: 50_000_000 };
const embed = (models = [MODEL], isBusy = false) =>
  start('embed', {
    parts: embedParts({ models, posts: 5230, postsWithoutVector: 218, vectors: 5012, isBusy }),
  });

const names = (page: string) => [
  ...new Set(elements(page, '.start-form [name]').map(({ attributes }) => attributes.name)),
];

const START_OPTIONS = ['delayMs', 'runAt', 'priority', 'timeoutMs'];

describe('the fields', () => {
  test('are those that the address takes', () => {
    expect(names(scrape())).toEqual([
      'username',
      'maxTweets',
      'includeReplies',
      'includeRetweets',
      'onlyNew',
      'source',
      'archive',
      ...START_OPTIONS,
      'sessionId',
    ]);
    expect(names(search())).toEqual([
      'query',
      'maxTweets',
      'days',
      'mode',
      'embed',
      'source',
      ...START_OPTIONS,
      'sessionId',
    ]);
    expect(names(discover())).toEqual([
      'query',
      'maxResults',
      'save',
      'scrape',
      'maxTweets',
      'source',
      ...START_OPTIONS,
      'sessionId',
    ]);
    expect(names(embed())).toEqual(['model', 'batchSize', ...START_OPTIONS, 'sessionId']);
  });

  test('hold what the browser can check before it sends', () => {
    expect(attributesOf(scrape(), '#maxTweets')).toMatchObject({
      type: 'text',
      inputmode: 'numeric',
      value: '100',
    });
    expect(attributesOf(search(), '#days')).toMatchObject({ min: '1', max: '3650', value: '' });
    expect(attributesOf(discover(), '#maxResults')).toMatchObject({ value: '20' });
    expect(attributesOf(embed(), '#batchSize')).toMatchObject({
      type: 'number',
      min: '1',
      max: '256',
      value: '32',
    });
    expect(attributesOf(search(), '#query')).toHaveProperty('required');
    expect(attributesOf(search(), '#days')).not.toHaveProperty('required');
  });

  test.each([
    [
      '#maxTweets',
      scrape,
      ['1', '9999', '10000', ' 007 ', 'all', 'ALL'],
      ['0', '10001', '-1', '1e3', 'alle'],
    ],
    ['#maxTweets', search, ['10000', 'all'], ['10001', '']],
    ['#maxResults', discover, ['1', '999', '1000', 'all'], ['0', '1001', '10000']],
  ])('B14: %s takes a number within its bounds, or "all"', (field, page, accepted, refused) => {
    const { pattern = '' } = attributesOf(page(), field);
    // As browsers use it.
    const rule = new RegExp(`^(?:${pattern})$`, 'v');
    expect(accepted.filter((typed) => !rule.test(typed))).toEqual([]);
    expect(refused.filter((typed) => rule.test(typed))).toEqual([]);
  });

  test('D9: leave the rule of a username to the script and the server: addresses are names too', () => {
    const field = attributesOf(scrape(), '#username');
    expect(field).toMatchObject({ 'data-rule': 'username', maxlength: '500' });
    expect(field).not.toHaveProperty('pattern');
  });

  test('say "false" of a checkbox that is off, and let one that is on win', () => {
    const kinds = elements(scrape(), '.start-form [name="includeReplies"]');
    expect(kinds.map(({ attributes }) => [attributes.type, attributes.value])).toEqual([
      ['hidden', 'false'],
      ['checkbox', 'true'],
    ]);
    expect(attributesOf(scrape(), '#includeReplies')).not.toHaveProperty('checked');
    expect(attributesOf(discover(), '#save')).toHaveProperty('checked');
    const unchecked = { values: { save: 'false' }, errors: {} };
    expect(attributesOf(discover({ form: unchecked }), '#save')).not.toHaveProperty('checked');
  });

  test('offer only sources that can do it', () => {
    const offered = (page: string) =>
      elements(page, '#source option').map(({ attributes }) => attributes.value);
    expect(offered(scrape())).toEqual(['sample', 'archive']);
    expect(offered(search())).toEqual(['sample']);
    expect(offered(discover())).toEqual(['sample']);
  });

  test('let an archive be scraped without a username', () => {
    expect(attributesOf(scrape({ sources: [SAMPLE] }), '#username')).toHaveProperty('required');
    expect(attributesOf(scrape(), '#username')).not.toHaveProperty('required');
    expect(elements(scrape(), '.unless-x-archive #username')).toHaveLength(1);
    expect(names(scrape({ sources: [SAMPLE] }))).not.toContain('archive');
  });
});

describe('a form', () => {
  test('works with htmx and without', () => {
    expect(attributesOf(scrape(), '.start-form')).toMatchObject({
      method: 'post',
      action: '/api/scrape',
      'hx-post': '/api/scrape',
      'hx-target': 'find .form-result',
    });
    expect(elements(scrape(), '.start-form .form-result')).toHaveLength(1);
  });

  test('carries what the estimate is made of', () => {
    expect(attributesOf(scrape(), '#source option[value="sample"]')).toMatchObject({
      'data-label': 'the synthetic sample',
      'data-page-ms': '150',
      'data-page-size': '20',
    });
  });
});

describe('bad input', () => {
  const values = { username: 'a &lt; "b"', maxTweets: '99999', includeReplies: 'true' };
  const errors = { username: 'Letters and digits only.', maxTweets: 'At most 10,000.' };
  const page = scrape({ form: { values, errors } });

  test('stands next to the fields it is about', () => {
    const about = (id: string) => page.match(new RegExp(`id="${id}-error">([^<]*)<`))?.[1];
    expect(about('username')).toBe('Letters and digits only.');
    expect(about('maxTweets')).toBe('At most 10,000.');
    expect(about('source')).toBe('');
    const field = attributesOf(page, '#username');
    expect(field['aria-invalid']).toBe('true');
    expect(field['aria-describedby']?.split(' ')).toContain('username-error');
    expect(attributesOf(page, '#source')).not.toHaveProperty('aria-invalid');
  });

  test('leaves what was typed, to the letter', () => {
    expect(attributesOf(page, '#username').value).toBe('a &lt; "b"');
    expect(attributesOf(page, '#maxTweets').value).toBe('99999');
    expect(attributesOf(page, '#includeReplies')).toHaveProperty('checked');
  });

  test('takes the reader to the first of its fields', () => {
    expect(elements(page, '[autofocus]').map(({ attributes }) => attributes.id)).toEqual([
      'username',
    ]);
    expect(elements(scrape(), '[autofocus]')).toEqual([]);
  });

  test('never hides behind "More options"', () => {
    const form = { values: {}, errors: { sessionId: 'Too long.' } };
    expect(attributesOf(scrape({ form }), '[class="more-options"]')).toHaveProperty('open');
    expect(attributesOf(scrape(), '[class="more-options"]')).not.toHaveProperty('open');
  });

  test.each(['delayMs', 'runAt', 'priority', 'timeoutMs'])(
    'FEATURES 41: %s never hides behind "When and how", nor does a value',
    (name) => {
      const wrong = { values: {}, errors: { [name]: 'Out of range.' } };
      const filled = { values: { [name]: '7' }, errors: {} };
      for (const form of [wrong, filled])
        expect(attributesOf(scrape({ form }), '.start-options')).toHaveProperty('open');
      expect(attributesOf(scrape(), '.start-options')).not.toHaveProperty('open');
    },
  );
});

describe('the sentence', () => {
  test('D10: says what is wrong with the input', () => {
    const problem = 'Username may only have letters.';
    const page = scrape({ problem, form: { values: { username: 'not a name!!' }, errors: {} } });
    expect(textOf(page)).toContain(`${problem} Recent runs`);
    expect(page).not.toContain('Reads up to');
    expect(attributesOf(page, '#start-sentence')['data-problem']).toBe('true');
    expect(attributesOf(scrape(), '#start-sentence')['data-problem']).toBe('false');
  });

  test('D10: takes its words from the rule of the field', () => {
    const words = (page: string) =>
      Object.fromEntries(
        elements(page, '[data-invalid]').map(({ attributes }) => [
          attributes.name,
          attributes['data-invalid'],
        ]),
      );
    expect(words(scrape())).toEqual({
      maxTweets: 'Posts must be a whole number from 1 to 10,000, or “all”.',
    });
    expect(words(search())).toEqual({
      query: 'Query may not have line breaks or other control characters.',
      maxTweets: 'Posts must be a whole number from 1 to 10,000, or “all”.',
      days: 'Days must be a whole number from 1 to 3,650.',
    });
    expect(Object.keys(words(discover()))).toEqual(['query', 'maxResults', 'maxTweets']);
    expect(words(embed())).toEqual({
      batchSize: 'Batch size must be a whole number from 1 to 256.',
    });
  });

  test('says what the form as it stands would do', () => {
    const form = { values: { username: 'aurora_lab', maxTweets: '1000' }, errors: {} };
    expect(textOf(scrape({ form }))).toContain(
      'Reads up to 1,000 posts of @aurora_lab from the synthetic sample, about 8 s.',
    );
  });

  test('stands where the browser looks for it', () => {
    expect(elements(scrape(), '[data-form="scrape"] output[data-sentence="scrape"]')).toHaveLength(
      1,
    );
    expect(attributesOf(embed(), 'output')['data-waiting']).toBe('218');
  });
});

describe('the recent runs', () => {
  const asked = { terms: ['space', 'jazz'], maxTweets: 50, embed: true, since: undefined };
  const job = jobView({
    type: 'search',
    status: 'completed',
    completedAt: ago(1),
    metadata: asked,
    result: { posts: 50, newPosts: 12 },
  }).job;
  const page = search({ runs: [job] });

  test('tell what came of them', () => {
    expect(textOf(page)).toContain('50 posts, 12 new');
  });

  test('can be asked for again, field by field', () => {
    const forms = fieldsOf(page, '/api/search');
    expect(forms.at(-1)).toEqual({ terms: 'space, jazz', maxTweets: '50', embed: 'true' });
  });

  test.each([
    ['a text that no form takes', 'é'.repeat(1_001)],
    ['a text that was cut', 'space, ja…'],
    ['a text that was cut and says so', 'space, ja… (3,145,728 characters)'],
    ['a list that was cut', ['space', '… and 98 more']],
    ['an object', { word: 'space' }],
    ['a list of objects', [{ toString: 'space' }]],
  ])('A5: cannot be asked for again with %s', (_, query) => {
    const cut = { ...job, metadata: { ...asked, query } };
    expect(String(search({ runs: [cut] }))).not.toContain('Run again');
    expect(String(page)).toContain('Run again');
  });

  test('follow the jobs without touching the form', () => {
    expect(attributesOf(page, '#runs')).toMatchObject({
      'hx-get': '/search',
      'hx-disinherit': '*',
      'hx-trigger': 'jobs-changed from:body',
    });
    expect(elements(page, '#runs .start-form')).toEqual([]);
  });
});

describe('the archives', () => {
  const imports = [
    { name: 'mine 1.zip', bytes: 1_400_000_000, addedAt: ago(3600), posts: 1_200 },
    { name: 'a/b?', addedAt: ago(60), posts: 0, problem: 'It is a shopping list.' },
    { name: 'old.zip', addedAt: ago(9e5), posts: 1, removed: true as const },
  ];
  const page = scrape({ imports });

  test('are listed with size and age', () => {
    expect(textOf(page)).toMatch(/mine 1\.zip 1\.4 GB · added 1 h ago/);
    expect(textOf(page)).toMatch(/a\/b\? folder · added 1 min ago/);
    expect(textOf(page)).toMatch(/1 h ago · 1,200 posts imported/);
    expect(textOf(page)).toContain('old.zip removed · imported');
    expect(textOf(page)).toContain('Could not be read: It is a shopping list.');
  });

  test('can be imported and removed by name, whatever it is', () => {
    const imported = fieldsOf(page, '/api/scrape').filter(({ archive }) => archive !== undefined);
    expect(imported.map(({ archive }) => archive)).toEqual(['mine 1.zip', 'a/b?']);
    expect(elements(page, 'form[action="/api/imports/a%2Fb%3F/remove"]')).toHaveLength(1);
    expect(elements(page, 'form[action="/api/imports/old.zip/remove"]')).toEqual([]);
    const undone = ['mine%201.zip', 'old.zip', 'a%2Fb%3F'].map(
      (name) => elements(page, `form[action="/api/imports/${name}/undo"]`).length,
    );
    expect(undone).toEqual([1, 1, 0]);
  });

  test('can be chosen in the form', () => {
    const form = { values: { source: 'archive', archive: 'a/b?' }, errors: {} };
    const chosen = elements(scrape({ imports, form }), '#archive option[selected]');
    expect(chosen.map(({ attributes }) => attributes.value)).toEqual(['a/b?']);
  });

  test('are uploaded as files, with a bar for the way there', () => {
    expect(attributesOf(page, '[data-upload]')).toMatchObject({
      method: 'post',
      enctype: 'multipart/form-data',
      'hx-encoding': 'multipart/form-data',
    });
    expect(attributesOf(page, '[data-upload] input[type="file"]').name).toBe('file');
    expect(attributesOf(page, '[data-upload] .upload-progress')).toHaveProperty('hidden');
  });

  test('are offered as a source only while there is that source', () => {
    expect(elements(scrape({ sources: [ARCHIVE] }), '#archive')).toHaveLength(1);
    expect(elements(scrape({ sources: [SAMPLE] }), '#archive')).toEqual([]);
  });
});

describe('the model', () => {
  test('tells whether it is here or how much will be fetched', () => {
    expect(textOf(embed())).toContain('minilm 384 dimensions, downloads 50 MB on first use');
    expect(textOf(embed([{ ...MODEL, ready: true }]))).toContain('minilm 384 dimensions, ready');
  });

  test('B7: has counts that move every second while a job runs', () => {
    expect(attributesOf(embed([MODEL], true), '#vector-facts')['hx-trigger']).toBe(
      'jobs-changed from:body, every 1s',
    );
    expect(attributesOf(embed(), '#vector-facts')['hx-trigger']).toBe('jobs-changed from:body');
  });

  test('has its counts brought up to date with the sentence', () => {
    expect(textOf(embed())).toContain('Posts without a vector 218 Vectors 5,012');
    expect(attributesOf(embed(), '#vector-facts')['hx-select-oob']).toBe('#start-sentence:morph');
  });
});

describe('the page of archives', () => {
  const page = (values: Record<string, string>, errors = {}) =>
    scrape({ form: { values, errors } });

  test('begins with the upload, and folds the form for users', () => {
    const text = page({ source: 'archive' });
    expect(elements(text, '.start > .archive .upload')).toHaveLength(1);
    expect(elements(text, 'details.start-rest .start-form')).toHaveLength(1);
    expect(textOf(text)).toContain('Import an archive');
    expect(text.indexOf('class="upload"')).toBeLessThan(text.indexOf('class="start-form"'));
  });

  test('is not shown for users, for a chosen archive, or over an error', () => {
    for (const other of [
      page({ source: 'sample' }),
      page({ source: 'archive', archive: 'a.zip' }),
      page({ source: 'archive' }, { archive: 'Choose one.' }),
    ]) {
      expect(elements(other, '.start-rest')).toHaveLength(0);
      expect(elements(other, '.upload')).toHaveLength(1);
    }
  });
});
