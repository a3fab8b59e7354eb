import type { Area, AreaCase } from '../area.ts';
import { fullApp, type RecordedApp } from '../world.ts';

const SAVED: Record<string, unknown>[] = [
  { name: 'Jazz', query: { q: 'jazz -trumpet', sort: 'newest' } },
  { name: 'Quiet evenings', query: { q: 'a quiet evening', by: 'meaning' } },
  { name: 'Gone', query: { q: 'jazz', source: 'pigeon' } },
];

/** Its ids begin with 1 again. */
async function some({ library, database }: RecordedApp): Promise<undefined> {
  database.run('DELETE FROM saved_finds');
  database.run("DELETE FROM sqlite_sequence WHERE name = 'saved_finds'");
  for (const find of SAVED) await library.savedFinds.save(find as never, false);
  database.run('UPDATE saved_finds SET seen_key = 3 WHERE id = 1');
}

async function none(web: RecordedApp): Promise<undefined> {
  await some(web);
  web.database.run('DELETE FROM saved_finds');
}

async function many(web: RecordedApp): Promise<undefined> {
  await some(web);
  for (let n = SAVED.length; n < 100; n += 1)
    await web.library.savedFinds.save({ name: `${n}`, query: { q: 'jazz' } }, false);
}

const save = (name: string, fields: unknown, given: AreaCase['given'] = some): AreaCase => ({
  name: `save: ${name}`,
  route: 'POST /api/finds',
  given,
  fields,
});

const on = (name: string, route: string, id = '1'): AreaCase => ({
  name,
  route,
  given: some,
  params: [id],
});

const rename = (name: string, fields: unknown, id = '1'): AreaCase => ({
  ...on(name, 'POST /api/finds/:id/rename', id),
  fields,
});

/** Finds that are saved, opened and removed. */
export const savedFinds: Area = {
  name: 'saved_finds',
  setup: fullApp,
  cases: [
    { name: 'list', route: 'GET /api/finds', given: some },
    { name: 'list: none', route: 'GET /api/finds', given: none },
    save('new', { name: 'Space', q: 'space from:aurora_lab', by: 'words' }),
    save('the same', { name: 'Jazz', q: 'jazz -trumpet', sort: 'newest' }),
    save('a name that is taken', { name: 'jazz', q: 'trumpet' }),
    save('replace', { name: 'jazz', q: 'trumpet', replace: 'true' }),
    save('invalid', { name: ' ', source: 'nowhere', since: 'someday', replace: 'perhaps' }),
    save('nothing to find', { name: 'Everything' }),
    save('like what is no post', { name: 'Like', like: 'sample:none' }),
    save('too many', { name: 'One more', q: 'space' }, many),
    on('open', 'POST /api/finds/:id/open'),
    on('open: no longer valid', 'POST /api/finds/:id/open', '3'),
    on('open: unknown', 'POST /api/finds/:id/open', '9'),
    rename('rename', { name: 'Bebop' }),
    rename('rename: a name that is taken', { name: 'gone' }),
    rename('rename: invalid', { name: ' ' }),
    rename('rename: unknown', { name: 'Bebop' }, '9'),
    on('delete', 'DELETE /api/finds/:id'),
    on('delete: unknown', 'DELETE /api/finds/:id', '9'),
    on('remove', 'POST /api/finds/:id/remove', '2'),
    on('remove: unknown', 'POST /api/finds/:id/remove', 'x'),
    { name: 'page', route: 'GET /find', query: '?limit=1', given: some, formats: ['browser'] },
    {
      name: 'page of a saved find',
      route: 'GET /find',
      query: '?q=jazz+-trumpet&sort=newest&limit=1',
      given: some,
      formats: ['browser'],
    },
  ],
};
