import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { accountFiles, manyTweets, part, tweet, writeZip } from '../support/archive_fixture.ts';
import { freshDataDir, stopServers } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

test('C1: an import says what it leaves out, before and after, and is undone by its name', async () => {
  const dataDir = freshDataDir();
  const path = join(freshDataDir(), 'twitter.zip');
  const reply = { in_reply_to_status_id_str: '9', in_reply_to_user_id_str: '42' };
  await writeZip(path, {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', [...manyTweets(2), tweet(90, reply)]),
  });
  const help = await run(['import', '--help'], { dataDir });
  expect(help.stdout).toMatch(/--replies +include replies, which are left out otherwise/);
  expect(help.stdout).toContain('everything in it');

  const imported = await run(['import', path], { dataDir });
  expect(imported).toMatchObject({ code: 0, stdout: '2 posts of @ida_k, 2 new, 1 left out\n' });
  expect(imported.stderr).toContain('1 reply was left out. Add --replies to read it too.');
  const again = await run(['import', path, '--replies', '--json'], { dataDir });
  const last = again.stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last).result).toEqual({ username: 'ida_k', posts: 3, newPosts: 1 });

  const list = await run(['imports'], { dataDir });
  expect(list.stdout).toMatch(
    /^NAME +KIND +OWNER +MADE +SIZE +POSTS +ADDED\ntwitter\.zip +X archive +@ida_k .*B +3 +\d/,
  );
  expect(await run(['imports', 'undo', 'twitter.zip'], { dataDir })).toMatchObject({
    code: 0,
    stdout: '3 posts of twitter.zip were removed.\n',
  });
  expect((await run(['posts'], { dataDir })).stderr).toBe('Nothing found.\n');
  expect(await run(['imports', 'undo', 'gone.zip'], { dataDir })).toMatchObject({
    code: 3,
    stderr: 'There is no import named "gone.zip".\n',
  });
  expect(await run(['imports', 'remove', 'twitter.zip'], { dataDir })).toMatchObject({ code: 0 });
  expect((await run(['imports', '--json'], { dataDir })).stdout).toBe('');
});
