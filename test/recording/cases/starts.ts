import type { Area, AreaCase } from '../area.ts';
import { ALL_FORMATS } from '../case.ts';
import { emptyApp } from '../world.ts';

type Fields = Record<string, unknown>;

/** Valid and invalid input of each type, field by field. */
const STARTS: Record<string, { good: [string, Fields][]; wrong: [string, Fields][] }> = {
  scrape: {
    good: [
      ['minimal', { username: 'aurora_lab' }],
      [
        'all fields',
        {
          username: '@aurora_lab',
          maxTweets: '25',
          includeReplies: 'on',
          includeRetweets: 'true',
          source: 'sample',
          archive: '',
          sessionId: 'morning',
        },
      ],
      ['unknown field', { username: 'aurora_lab', colour: 'red' }],
    ],
    wrong: [
      ['no fields', {}],
      ['blank username', { username: '  ' }],
      ['username with markup', { username: '<b>bold</b>' }],
      ['username too long', { username: 'x'.repeat(101) }],
      ['maxTweets 0', { username: 'aurora_lab', maxTweets: '0' }],
      ['maxTweets above the maximum', { username: 'aurora_lab', maxTweets: '10001' }],
      ['maxTweets is not a number', { username: 'aurora_lab', maxTweets: 'many' }],
      ['includeReplies is not a boolean', { username: 'aurora_lab', includeReplies: 'perhaps' }],
      ['includeRetweets is not a boolean', { username: 'aurora_lab', includeRetweets: 'perhaps' }],
      ['unknown source', { username: 'aurora_lab', source: 'nowhere' }],
      ['no archive', { source: 'archive' }],
      ['unknown archive', { source: 'archive', archive: 'none.zip' }],
      ['archive outside the imports folder', { source: 'archive', archive: '../none.zip' }],
      ['session too long', { username: 'aurora_lab', sessionId: 'x'.repeat(300) }],
      ['several invalid fields', { maxTweets: '0', includeReplies: 'perhaps', source: 'nowhere' }],
    ],
  },
  search: {
    good: [
      ['minimal', { query: 'space' }],
      [
        'all fields',
        {
          query: 'space, jazz',
          maxTweets: '25',
          days: '7',
          mode: 'top',
          embed: 'on',
          source: 'sample',
          sessionId: 'morning',
        },
      ],
    ],
    wrong: [
      ['no fields', {}],
      ['query without words', { query: ' , ' }],
      ['query too long', { query: 'x'.repeat(501) }],
      ['too many terms', { query: Array.from({ length: 21 }, (_, n) => `t${n}`).join() }],
      ['query with a line break', { query: 'a\nb' }],
      ['maxTweets above the maximum', { query: 'space', maxTweets: '10001' }],
      ['days 0', { query: 'space', days: '0' }],
      ['days is not a number', { query: 'space', days: 'few' }],
      ['unknown mode', { query: 'space', mode: 'best' }],
      ['embed is not a boolean', { query: 'space', embed: 'perhaps' }],
      ['source without search', { query: 'space', source: 'archive' }],
    ],
  },
  discover: {
    good: [
      ['minimal', { query: 'jazz' }],
      [
        'all fields',
        {
          query: 'jazz',
          maxResults: '7',
          save: 'false',
          scrape: 'on',
          source: 'sample',
          sessionId: 'morning',
        },
      ],
    ],
    wrong: [
      ['no fields', {}],
      ['maxResults 0', { query: 'jazz', maxResults: '0' }],
      ['maxResults above the maximum', { query: 'jazz', maxResults: '1001' }],
      ['save is not a boolean', { query: 'jazz', save: 'perhaps' }],
      ['scrape is not a boolean', { query: 'jazz', scrape: 'perhaps' }],
      ['source without discovery', { query: 'jazz', source: 'archive' }],
    ],
  },
  embed: {
    good: [
      ['minimal', {}],
      ['all fields', { model: 'all-MiniLM-L6-v2', batchSize: '8', sessionId: 'morning' }],
    ],
    wrong: [
      ['unknown model', { model: 'none' }],
      ['batchSize 0', { batchSize: '0' }],
      ['batchSize above the maximum', { batchSize: '100000' }],
    ],
  },
  forget: {
    good: [
      ['minimal', { username: 'aurora_lab' }],
      [
        'all fields',
        { username: '@aurora_lab', source: 'sample', onlyCount: 'on', sessionId: 'morning' },
      ],
    ],
    wrong: [
      ['no fields', {}],
      ['username with markup', { username: '<b>bold</b>' }],
      ['unknown source', { username: 'aurora_lab', source: 'nowhere' }],
      ['onlyCount is not a boolean', { username: 'aurora_lab', onlyCount: 'perhaps' }],
    ],
  },
};

const forms: AreaCase[] = Object.entries(STARTS).flatMap(([type, { good, wrong }]) =>
  [...good, ...wrong].map(([what, fields]) => ({
    name: `${type}: ${what}`,
    route: `POST /api/${type}`,
    fields,
  })),
);

/** JSON values of other types than a form can send. */
const kinds: AreaCase[] = [
  ['scrape', { username: 5 }],
  ['scrape', { username: null }],
  ['scrape', { username: ['aurora_lab'] }],
  ['scrape', { username: 'aurora_lab', maxTweets: 2.5 }],
  ['scrape', { username: 'aurora_lab', maxTweets: 25, includeReplies: true }],
  ['scrape', { username: 'aurora_lab', archive: 5 }],
  ['scrape', { username: 'aurora_lab', sessionId: 5 }],
  ['search', { query: { a: 1 } }],
  ['search', { query: 'space', mode: 1 }],
  ['discover', { query: 'jazz', maxResults: '' }],
  ['embed', { batchSize: [] }],
].map(([type, fields]) => ({
  name: `${type}: ${JSON.stringify(fields)}`,
  route: `POST /api/${type}`,
  fields,
  formats: ['json'],
}));

const AURORA = { type: 'scrape', input: { username: 'aurora_lab' } };

const BY_TYPE: [what: string, body: unknown][] = [
  ['one start', AURORA],
  ['with a session', { ...AURORA, sessionId: 'morning' }],
  ['unknown type', { type: 'unknown', input: {} }],
  ['no type', { input: {} }],
  ['input is not an object', { type: 'scrape', input: 'aurora_lab' }],
  ['invalid input', { type: 'scrape', input: { username: '', maxTweets: 0 } }],
  ['unknown field', { ...AURORA, colour: 'red' }],
];

const LISTS: [what: string, body: unknown[]][] = [
  ['one start', [AURORA]],
  ['two equal starts', [AURORA, AURORA]],
  ['some valid', [AURORA, { type: 'scrape', input: {} }, { type: 'unknown' }, 5, null]],
  ['none valid', [{ type: 'scrape', input: {} }, { input: {} }]],
  ['one invalid', [{ type: 'scrape', input: {} }]],
  ['empty', []],
  ['too long', Array.from({ length: 1_001 }, () => 1)],
];

/** A JSON body in every format. */
const asJson = (body: unknown) => ({
  body: () => JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

const byType: AreaCase[] = [
  ...BY_TYPE.map(([what, body]) => ({ name: `by type: ${what}`, ...asJson(body) })),
  ...LISTS.map(([what, body]) => ({ name: `list: ${what}`, ...asJson(body) })),
  {
    name: 'by type: a form',
    fields: { type: 'embed' },
    formats: ['html', 'htmx', 'browser'] as const,
  },
].map((each) => ({ ...each, route: 'POST /api/jobs' }));

/** Starting jobs at the address of their type. */
export const starts: Area = {
  name: 'starts',
  setup: emptyApp,
  changes: true,
  cases: [...forms, ...kinds],
};

/** Starting jobs of any type, one or a list of them. */
export const startsByType: Area = {
  name: 'starts_by_type',
  setup: emptyApp,
  changes: true,
  cases: byType,
};

const KEY = { 'idempotency-key': 'one-{key}' };
let keys = 0;

const freshKey: AreaCase['given'] = async () => {
  keys++;
  return { key: `key-${keys}` };
};

const sentBefore =
  (path: string, fields: Record<string, unknown>, headers = {}): AreaCase['given'] =>
  async (web) => {
    const made = (await freshKey(web)) ?? {};
    await web.json(path, {
      method: 'POST',
      body: JSON.stringify(fields),
      headers: {
        'content-type': 'application/json',
        'idempotency-key': `one-${made.key}`,
        ...headers,
      },
    });
    return made;
  };

/** Requests with an Idempotency-Key. */
export const idempotency: Area = {
  name: 'idempotency',
  setup: emptyApp,
  changes: true,
  cases: ['POST /api/scrape', 'POST /api/jobs'].flatMap((route) => {
    const path = route.slice('POST '.length);
    const fields = path === '/api/jobs' ? AURORA : { username: 'aurora_lab' };
    const sent = { route, ...asJson(fields) };
    const keyed = { ...sent, headers: { ...sent.headers, ...KEY } };
    return [
      { ...keyed, name: `${path}: first request`, given: freshKey },
      {
        ...keyed,
        name: `${path}: repeated request`,
        given: sentBefore(path, fields),
        formats: ['json', 'text'] as const,
      },
      {
        ...keyed,
        name: `${path}: key of another request`,
        given: sentBefore(path, { ...fields, other: 1 }),
      },
      {
        ...sent,
        name: `${path}: key too long`,
        headers: { ...sent.headers, 'idempotency-key': 'x'.repeat(256) },
      },
      {
        ...sent,
        name: `${path}: empty key`,
        headers: { ...sent.headers, 'idempotency-key': '' },
        formats: ['json'] as const,
      },
    ];
  }),
};

/** The queue is full. */
export const fullQueue: Area = {
  name: 'full_queue',
  setup: async () => {
    const web = await emptyApp({ XGPT_MAX_WAITING: '1' });
    await web.tracker.enqueue('scrape', { username: 'first' });
    return web;
  },
  cases: [
    ...['scrape', 'jobs'].map((name) => ({
      name: `${name}: one start`,
      route: `POST /api/${name}`,
      ...asJson(name === 'jobs' ? AURORA : { username: 'aurora_lab' }),
      formats: ALL_FORMATS,
    })),
    {
      name: 'jobs: a list',
      route: 'POST /api/jobs',
      ...asJson([AURORA, AURORA]),
    },
  ],
};
