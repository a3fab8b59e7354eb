import { expect, test } from 'bun:test';
import { join } from 'node:path';

const MODULE = join(import.meta.dir, '../../src/app/uncaught.ts');
const ISSUES = join(import.meta.dir, '../../src/platform/database_issue.ts');

/** A process in which a timer and a promise fail, and how it ends. */
async function failing(error: string) {
  const program = `
    import { surviveDatabaseErrors } from '${MODULE}';
    import { databaseIssueOf } from '${ISSUES}';
    surviveDatabaseErrors({ noticed: databaseIssueOf });
    const failure = () => ${error};
    setTimeout(() => { throw failure(); }, 1);
    setTimeout(() => void Promise.reject(failure()), 5);
    setTimeout(() => console.log('alive'), 20);
  `;
  const child = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe', stderr: 'pipe' });
  const read = (stream: ReadableStream) => new Response(stream).text();
  const [out, log] = [read(child.stdout), read(child.stderr)];
  return { code: await child.exited, out: await out, log: await log };
}

test('a process survives a database that fails in a timer or in a stray promise', async () => {
  const { code, out } = await failing(
    "Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' })",
  );
  expect({ code, out }).toEqual({ code: 0, out: 'alive\n' });
});

test('any other uncaught error is printed and ends the process', async () => {
  const { code, out, log } = await failing("new Error('no such luck')");
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(log).toContain('no such luck');
});
