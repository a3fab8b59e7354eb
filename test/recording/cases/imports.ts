import { mkdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeZip,
} from '../../support/archive_fixture.ts';
import type { Area, AreaCase } from '../area.ts';
import { emptyApp, type RecordedApp } from '../world.ts';

let zip: Uint8Array<ArrayBuffer>;

async function setup(): Promise<RecordedApp> {
  await using folder = await temporaryFolder();
  const path = await writeZip(join(folder.path, 'archive.zip'), {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', manyTweets(3)),
  });
  zip = new Uint8Array(await Bun.file(path).arrayBuffer());
  return emptyApp({ XGPT_MAX_UPLOAD_MB: '1' });
}

/** The imports folder has one archive. */
const oneArchive: AreaCase['given'] = async ({ config }) => {
  await rm(config.importsDir, { recursive: true, force: true });
  await mkdir(config.importsDir, { recursive: true });
  const path = join(config.importsDir, 'old.zip');
  await Bun.write(path, zip);
  await utimes(path, new Date(0), new Date(0));
  return undefined;
};

const noArchive: AreaCase['given'] = async ({ config }) => {
  await rm(config.importsDir, { recursive: true, force: true });
  return undefined;
};

const formWith =
  (...entries: [string, string | File][]): (() => FormData) =>
  () => {
    const form = new FormData();
    for (const [name, value] of entries) form.append(name, value);
    return form;
  };

const file = (bytes: BlobPart, name = 'my archive.zip') => new File([bytes], name);

const BOUNDARY = { 'content-type': 'multipart/form-data; boundary=b' };

const UPLOADS: [what: string, body: () => BodyInit, headers?: Record<string, string>][] = [
  ['valid archive', () => formWith(['file', file(zip)])()],
  ['valid archive with an unsafe name', () => formWith(['file', file(zip, '../<b>.zip')])()],
  ['no file', formWith(['source', 'archive'])],
  ['not a zip', formWith(['file', file('a shopping list')])],
  ['file too large', formWith(['file', file(new Uint8Array(2 * 1024 * 1024))])],
  ['two files', () => formWith(['file', file(zip)], ['file', file(zip)])()],
  ['field too long', formWith(['source', 'x'.repeat(70_000)])],
  [
    'too many fields',
    formWith(...Array.from({ length: 51 }, (_, n) => [`f${n}`, 'x'] as [string, string])),
  ],
  ['truncated form', () => '--b\r\ncontent-disposition: form-data; name="file"', BOUNDARY],
  ['no boundary', () => 'x', { 'content-type': 'multipart/form-data' }],
];

const uploads: AreaCase[] = ['POST /api/imports', 'POST /api/scrape'].flatMap((route) =>
  UPLOADS.map(([what, body, headers]) => ({
    name: `upload to ${route.slice('POST '.length)}: ${what}`,
    route,
    body,
    headers,
    given: noArchive,
  })),
);

const further: AreaCase[] = [
  {
    name: 'upload to /api/imports: not multipart',
    route: 'POST /api/imports',
    fields: { file: 'x' },
    given: noArchive,
  },
  {
    name: 'upload to /api/imports: empty body',
    route: 'POST /api/imports',
    headers: BOUNDARY,
    given: noArchive,
  },
  {
    name: 'upload to /api/scrape: with an Idempotency-Key',
    route: 'POST /api/scrape',
    body: () => formWith(['file', file(zip)])(),
    headers: { 'idempotency-key': 'mine' },
    given: noArchive,
  },
  {
    name: 'start an existing import',
    route: 'POST /api/scrape',
    fields: { source: 'archive', archive: 'old.zip' },
    given: oneArchive,
  },
  { name: 'list', route: 'GET /api/imports', given: oneArchive },
  { name: 'list: empty', route: 'GET /api/imports', given: noArchive },
  {
    name: 'remove',
    route: 'POST /api/imports/:name/remove',
    params: ['old.zip'],
    given: oneArchive,
  },
  {
    name: 'remove: unknown import',
    route: 'POST /api/imports/:name/remove',
    params: ['none.zip'],
    given: oneArchive,
  },
  {
    name: 'remove: outside the imports folder',
    route: 'POST /api/imports/:name/remove',
    params: ['../old.zip'],
    given: oneArchive,
  },
  {
    name: 'undo: nothing imported',
    route: 'POST /api/imports/:name/undo',
    params: ['old.zip'],
    given: oneArchive,
  },
  {
    name: 'undo: unknown import',
    route: 'POST /api/imports/:name/undo',
    params: ['none.zip'],
    given: oneArchive,
  },
  {
    name: 'scrape page with an import',
    route: 'GET /scrape',
    given: oneArchive,
    formats: ['browser'],
  },
];

/** Personal archives: uploaded, listed, started, undone, removed. */
export const imports: Area = {
  name: 'imports',
  setup,
  changes: true,
  cases: [...uploads, ...further],
};
