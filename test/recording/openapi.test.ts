import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { readableJson } from './normalise.ts';
import { lossesOf } from './openapi_comparison.ts';
import type { Node } from './openapi_schema.ts';
import { closeRecordedApps, emptyApp } from './world.ts';

afterAll(closeRecordedApps);

const file = Bun.file(join(import.meta.dir, 'openapi.json'));

let before: Node;

/** Today's document. */
async function documentOf(env: Record<string, string> = {}): Promise<Node> {
  const { json } = await emptyApp(env);
  const authorization = `Bearer ${env.XGPT_TOKEN}`;
  return (await json('/openapi.json', { headers: { authorization } })).json() as Promise<Node>;
}

beforeAll(async () => {
  if (process.env.UPDATE_RECORDING === '1') {
    await file.write(`${readableJson(JSON.stringify(await documentOf()))}\n`);
  }
  before = await file.json();
});

describe('the OpenAPI document', () => {
  test('has everything that was recorded, or more', async () => {
    expect(lossesOf(before, await documentOf())).toEqual([]);
  });

  test('differs only in its security when the server has a token', async () => {
    const now = await documentOf({ XGPT_TOKEN: 'a-token-of-the-test' });
    expect(now.security).toEqual([{ token: [] }]);
    expect(lossesOf({ ...before, security: now.security }, now)).toEqual([]);
  });
});

describe('the comparison of two documents', () => {
  /** Changes a copy of the recorded document. */
  const lossesAfter = (change: (document: never) => void): string[] => {
    const changed = structuredClone(before);
    change(changed as never);
    return lossesOf(before, changed);
  };

  type Part = { [name: string]: Part };
  const start = (document: Part) => document.paths?.['/api/scrape']?.post as Part;
  const fields = (document: Part) =>
    start(document).requestBody?.content?.['application/json']?.schema as Part;
  const job = (document: Part) => document.components?.schemas?.Job as Part;
  const list = (document: Part) => document.paths?.['/api/jobs']?.get as Part;

  const CHANGES: [what: string, change: (document: Part) => unknown, loss: string][] = [
    ['a path', ({ paths }) => delete paths?.['/api/posts'], 'GET /api/posts: is missing'],
    ['a method', ({ paths }) => delete paths?.['/api/jobs']?.post, 'POST /api/jobs: is missing'],
    ['a summary', (all) => delete start(all).summary, 'POST /api/scrape: summary is missing'],
    [
      'a parameter',
      (all) => Object.assign(list(all), { parameters: [] }),
      'GET /api/jobs: parameter query status: is missing',
    ],
    [
      'a response',
      (all) => delete start(all).responses?.[422],
      'POST /api/scrape: response 422: is missing',
    ],
    [
      'a content type',
      (all) => delete start(all).responses?.[202]?.content?.['text/plain'],
      'POST /api/scrape: response 202: text/plain: is missing',
    ],
    [
      'a header',
      (all) => delete start(all).responses?.[202]?.headers?.location,
      'POST /api/scrape: response 202: header location: is missing',
    ],
    [
      'a field of a body',
      (all) => delete fields(all).properties?.maxTweets,
      'POST /api/scrape: request body: application/json.maxTweets: is missing',
    ],
    [
      'a limit',
      (all) => Object.assign(fields(all).properties?.maxTweets ?? {}, { maximum: 9 }),
      'POST /api/scrape: request body: application/json.maxTweets: maximum was 10000, is 9',
    ],
    [
      'an optional field',
      (all) => Object.assign(fields(all), { required: ['username'] }),
      'POST /api/scrape: request body: application/json.username: was optional',
    ],
    [
      'an enum value in a response',
      (all) => Object.assign(job(all).properties?.status ?? {}, { enum: ['queued'] }),
      'POST /api/scrape: response 202: application/json.job: enum was',
    ],
    [
      'the description of a field',
      (all) => delete job(all).properties?.errors?.description,
      'POST /api/scrape: response 202: application/json.job.errors: description is missing',
    ],
    [
      'a required field of a response',
      (all) => delete job(all).required,
      'POST /api/scrape: response 202: application/json.job.id: was required',
    ],
  ];

  for (const [what, change, loss] of CHANGES) {
    test(`finds the loss of ${what}`, () => {
      const losses = lossesAfter(change as never);
      const [place = '', ...words] = loss.split(/(?<=\.job)(?=: enum)/);
      const isFound = losses.some(
        (each) => each.startsWith(place) && words.every((word) => each.includes(word.slice(2))),
      );
      expect(isFound ? loss : losses).toBe(loss);
    });
  }

  test('accepts additions and other notations', () => {
    const losses = lossesAfter(((document: Part) => {
      const { properties = {} } = job(document);
      Object.assign(properties, { colour: { type: 'string' } });
      Object.assign(properties.attempt ?? {}, { minimum: 0, maximum: 9 });
      Object.assign(start(document), { summary: 'Other words' });
      const answer = start(document).responses?.[202]?.content?.['application/json'];
      Object.assign(answer ?? {}, { schema: document.components?.schemas?.JobAnswer });
    }) as never);
    expect(losses).toEqual([]);
  });
});
