import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { freshDataDir, stopServers } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';
import { post } from '../views/pages/fixtures.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

let dataDir: string;
beforeAll(() => {
  dataDir = freshDataDir();
  collect('1', 'green tea');
});

const xgpt = (...words: string[]) => run(words, { dataDir });

/** Another process collects a post. */
function collect(id: string, text: string): void {
  const db = openDatabase(join(dataDir, 'xgpt.sqlite'));
  createLibrary(db).savePosts([post({ id, text })]);
  db.close();
}

const first = (stdout: string) => stdout.split('\n')[0] ?? '';

describe('FEATURES 47: saved finds in the terminal', () => {
  test('are saved with what is found, listed with what is new, shown again and removed', async () => {
    expect(await xgpt('finds')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('No saved finds. Run xgpt find --save'),
    });
    const words = ['find', 'tea', '--by', 'words', '--sort', 'newest'];
    const saved = await xgpt(...words, '--save', 'Tea time', '--json');
    expect(saved).toMatchObject({ code: 0, stderr: 'Saved as “Tea time”.\n' });
    expect(JSON.parse(saved.stdout)).toMatchObject({ id: '1' });

    collect('2', 'black tea');
    collect('3', 'coffee');
    const table = await xgpt('finds');
    expect(first(table.stdout)).toMatch(/^ID +NAME +NEW +OPENED +FIND$/);
    expect(table.stdout).toMatch(/^1 +Tea time +1 new .+ UTC +Posts with “tea”, by words, newest/m);

    const shown = await xgpt('find', '--saved', 'tea TIME', '--new', '--json');
    expect(shown.code).toBe(0);
    expect(shown.stderr).toStartWith('1 new post since it was last opened, ');
    expect(JSON.parse(shown.stdout)).toMatchObject({ text: expect.stringContaining('tea') });
    const { stdout } = await xgpt('finds', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'Tea time',
      query: { q: 'tea', by: 'words', sort: 'newest' },
      newPosts: { count: 0, isCapped: false },
    });
    const csv = await xgpt('find', '--saved', 'tea time', '--csv');
    expect(csv).toMatchObject({ code: 0, stderr: '' });
    expect(csv.stdout.trim().split('\r\n')).toHaveLength(3);

    const renamed = await xgpt('finds', 'rename', 'tea time', "Tea o'clock");
    expect(renamed).toMatchObject({ code: 0, stdout: "tea time is now Tea o'clock.\n" });
    await xgpt('finds', 'rename', "Tea o'clock", 'Tea time');
    const removed = await xgpt('finds', 'rm', 'TEA TIME');
    expect(removed).toMatchObject({
      code: 0,
      stdout: 'Tea time was removed.\n',
      stderr:
        "To save it again, run xgpt find --save 'Tea time' --by 'words' --sort 'newest' -- 'tea'\n",
    });
    for (const words of [
      ['find', '--saved', 'tea time'],
      ['finds', 'remove', 'tea time'],
    ])
      expect(await xgpt(...words)).toMatchObject({
        code: 3,
        stdout: '',
        stderr: 'There is no such saved find. Run xgpt finds to list them.\n',
      });
  });

  test('have one name each, unless the second is to replace the first', async () => {
    await xgpt('find', 'tea', '--save', 'drinks');
    const refused = await xgpt('find', 'coffee', '--save', 'Drinks');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('There is already a saved find “drinks”.');
    expect(refused.stderr).toContain('--replace');
    await xgpt('find', 'milk', '--save', 'Milk');
    expect(await xgpt('finds', 'rename', 'milk', 'DRINKS')).toMatchObject({
      code: 1,
      stderr: 'There is already a saved find “drinks”. Choose another name.\n',
    });
    await xgpt('finds', 'rm', 'milk');
    const replaced = await xgpt('find', 'coffee', '--save', 'Drinks', '--replace');
    expect(replaced.code).toBe(0);
    const { stdout } = await xgpt('finds', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ name: 'Drinks', query: { q: 'coffee' } });

    const file = join(freshDataDir(), 'backup.sqlite');
    expect((await xgpt('backup', file)).code).toBe(0);
    const copy = openDatabase(file);
    expect(createLibrary(copy).savedFinds.named('drinks')?.query).toEqual({ q: 'coffee' });
    copy.close();
    const completed = await xgpt('complete', '--', 'find', '--saved', '');
    expect(completed.stdout).toStartWith('Drinks\t');
    expect((await xgpt('complete', '--', 'finds', 'remove', 'D')).stdout).toStartWith('Drinks\t');
  });

  test.each<[string[], string]>([
    [['find', 'tea', '--save', ' '], '--save: Name is missing.'],
    [['find', '--save', 'x'], '[query...]: The query is missing.'],
    [['find', 'tea', '--save', 'x', '--source', 'nowhere'], '--source must be one of'],
    [
      ['find', '--save', 'x', '--like', 'sample:none'],
      '--like: The post that others should be like',
    ],
    [['find', 'tea', '--new'], '--new: Add --saved <name>.'],
    [['find', 'tea', '--replace'], '--replace: Add --save <name>.'],
    [['find', 'tea', '--saved', 'x'], '--saved: Leave [query...] out.'],
    [['find', '--saved', 'x', '--by', 'words'], '--saved: Leave --by out.'],
    [['find', '--saved', 'x', '--save', 'y'], '--saved: Leave --save out.'],
  ])('are refused when invalid: %j', async (words, reason) => {
    const { code, stdout, stderr } = await xgpt(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });

  test('of another version say that they are no longer valid', async () => {
    const db = openDatabase(join(dataDir, 'xgpt.sqlite'));
    const query = { q: 'tea', source: 'pigeon' };
    await createLibrary(db).savedFinds.save({ name: 'old', query }, false);
    db.close();
    const { code, stderr } = await xgpt('find', '--saved', 'old');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The saved find “old” is no longer valid\. Source must be one of: /);
  });
});
