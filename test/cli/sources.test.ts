import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailed } from '../../src/cli/exit.ts';
import { Prompt } from '../../src/cli/prompt.ts';
import { readPipedValues } from '../../src/cli/source_values.ts';
import { APP_PASSWORD } from '../support/bluesky/world.ts';
import { startBlueskyDouble } from '../support/bluesky_double.ts';
import { freshDataDir } from '../support/server.ts';
import { run, start, stopCommands } from '../support/terminal.ts';
import { startXApiDouble } from '../support/x_api_double.ts';

setDefaultTimeout(60_000);
afterAll(stopCommands);

describe('xgpt sources', () => {
  test('lists the sources by default, and creates nothing', async () => {
    const dataDir = join(freshDataDir(), 'none');
    const listed = await run(['sources'], { dataDir });
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toMatch(/^NAME +SOURCE +GIVES +PRICE +STATE\n/);
    expect(listed.stdout).toMatch(
      /sample +Synthetic sample +posts of a user, .* people +free +Ready/,
    );
    expect(listed.stdout).toMatch(/^x .* people +\$0\.005 a post \(api\) +Not connected/m);
    const json = await run(['sources', 'list', '--json'], { dataDir });
    expect(JSON.parse(json.stdout.split('\n')[0] ?? '')).toMatchObject({ name: 'sample' });
    const unknown = await run(['sources', 'set', 'nowhere'], { dataDir });
    expect(unknown).toMatchObject({ code: 3, stdout: '' });
    expect(unknown.stderr).toContain('There is no such source.');
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('credentials', () => {
  test('are stored from standard input, tested, and removed; none is an argument or shown', async () => {
    const bluesky = await startBlueskyDouble();
    bluesky.world.account('ida.example');
    const dataDir = freshDataDir();
    const env = { XGPT_BLUESKY_URL: bluesky.url };
    const xgpt = async (...words: string[]) => run(words, { dataDir, env });
    const set = (values: string) => {
      const command = start(['sources', 'set', 'bluesky'], { dataDir, env, stdin: values });
      return command.ended();
    };
    const cookies = start(['sources', 'set', 'x', '--method', 'cookies'], {
      dataDir,
      env,
      stdin: `auth_token=abc\nct0=${'0'.repeat(40)}\n`,
    });
    expect((await cookies.ended()).stderr).toContain('the value of the cookie auth_token.');
    const refused = await set('identifier=ida.example\npassword=not-one\n');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toStartWith('Nothing was stored. An app password has four groups');
    const stored = await set(
      `identifier=https://bsky.app/profile/ida.example\npassword=${APP_PASSWORD}\nserver=${bluesky.url}\n`,
    );
    expect(stored).toMatchObject({ code: 0, stdout: 'Bluesky: Connected as @ida.example\n' });
    expect((await xgpt('sources')).stdout).toMatch(/bluesky .* Connected as @ida\.example\n/);
    const typo = await set(
      `identifier=ida.example\npassword=wron-gwor-dwro-ngwo\nserver=${bluesky.url}\n`,
    );
    expect(typo).toMatchObject({ code: 1, stdout: '' });
    expect(typo.stderr).toMatch(
      /Nothing was stored\. Bluesky refuses the handle or the app password\. .* stay in use\./,
    );
    expect(await xgpt('sources', 'test', 'bluesky')).toMatchObject({ code: 0 });
    const key = join(dataDir, 'secret.key');
    expect(statSync(key).mode & 0o777).toBe(0o600);

    const whole = await Bun.file(key).text();
    await Bun.write(key, `${Buffer.alloc(32, 7).toString('base64')}\n`);
    const other = await xgpt('sources', 'test', 'bluesky');
    expect(other).toMatchObject({ code: 1 });
    expect(other.stdout).toContain('Credentials cannot be read. Their secret key is not the one');
    await Bun.write(key, whole);
    expect(await xgpt('sources', 'test', 'bluesky')).toMatchObject({ code: 0 });
    const backup = await xgpt('backup', join(dataDir, 'backup.sqlite'));
    expect(backup.stderr).toContain(`is not in it: keep a copy of ${key} elsewhere.`);
    await xgpt('sources', 'remove', 'bluesky');
    const listed = (await xgpt('sources')).stdout;
    expect(listed).toMatch(
      /bluesky .* Works without an account\. Posts on a topic need an app password\n/,
    );
    expect(listed).toMatch(/ x .* Not connected\. .* need credentials\n|^x .* need credentials$/m);
    expect(await xgpt('sources', 'test', 'bluesky')).toMatchObject({
      code: 0,
      stdout:
        'Bluesky: Bluesky answers without an account. Posts on a topic need an app password\n',
    });
    const budget = await xgpt('sources', 'budget', 'x', '250');
    expect(budget).toMatchObject({ code: 0, stdout: 'X: 0 of 250 posts = $0.00 of $1.25\n' });
    expect(await xgpt('sources', 'budget', 'x')).toEqual(budget);
    await bluesky.stop();
    expect(await xgpt('sources', 'test', 'bluesky')).toMatchObject({ code: 1 });
  });
});

describe('the start of a job of a live source', () => {
  test('says how long it takes and what it costs, unless a program reads the answer', async () => {
    const x = startXApiDouble();
    const dataDir = freshDataDir();
    const env = { XGPT_X_API_URL: x.url, XGPT_X_GAP_MS: '0' };
    const xgpt = (...words: string[]) => run(words, { dataDir, env });
    const scrape = (...words: string[]) => xgpt('scrape', 'x.com/sea_example', ...words);
    const set = start(['sources', 'set', 'x', '--method', 'api'], { dataDir, env, stdin: x.token });
    expect(await set.ended()).toMatchObject({ code: 0 });
    expect((await scrape('--max', '500', '--detach')).stderr).toStartWith(
      'Reads up to 500 posts of @sea_example from X, about 5 s, about $2.50 (set a budget on the Sources page first).\n',
    );
    await xgpt('sources', 'budget', 'x', '5000');
    expect((await scrape('--max', '500', '--detach')).stderr).toStartWith(
      'Reads up to 500 posts of @sea_example from X, about 5 s, about $2.50.\n',
    );
    expect((await scrape('--new', '--detach', '--json')).stderr).not.toContain('Reads');
    const sample = await xgpt('scrape', 'aurora_lab', '--max', '5', '--detach');
    expect(sample.stderr).not.toContain('Reads');
    await x.stop();
  });
});

describe('values from standard input', () => {
  const PASSWORD = {
    name: 'app_password',
    fields: [
      { name: 'identifier' },
      { name: 'password' },
      { name: 'server', default: 'https://b' },
    ],
  };
  const COOKIES = { name: 'cookies', fields: [{ name: 'auth_token' }, { name: 'ct0' }] };
  const API = { name: 'api', fields: [{ name: 'bearer_token' }] };

  function refusal(...given: Parameters<typeof readPipedValues>): string {
    try {
      return `taken: ${JSON.stringify(readPipedValues(...given))}`;
    } catch (error) {
      expect(error).toBeInstanceOf(CommandFailed);
      return String((error as Error).message);
    }
  }

  test('are lines or a JSON object; a line break of Windows does not count', () => {
    const read = (text: string) => readPipedValues(text, [PASSWORD]);
    expect(read('name=ada\r\npassword=a=b \n\n')).toEqual({ name: 'ada', password: 'a=b ' });
    expect(read(' {"name": "ada"}\n')).toEqual({ name: 'ada' });
  });

  test('are a bare secret where the method has one field', () => {
    for (const token of ['AAAA%2Fbb', 'AAAA/bb==', 'AA+AA=bb=', `${'A'.repeat(41)}=b`]) {
      const values = { bearer_token: token };
      expect(readPipedValues(`${token}\n`, [COOKIES, API], 'api')).toEqual(values);
      expect(readPipedValues(` ${token}`, [API])).toEqual(values);
      expect(readPipedValues(`bearer_token=${token}`, [API])).toEqual(values);
    }
    // A line with a name is never taken as the secret, whatever the name.
    expect(readPipedValues('bearer=AAAA', [API])).toEqual({ bearer: 'AAAA' });
    expect(readPipedValues('bearer_token=', [API])).toEqual({ bearer_token: '' });
  });

  test('are refused with the names of the fields that the source has', () => {
    expect(refusal('tide', [PASSWORD])).toBe(
      'Standard input must have the lines identifier=… and password=…, or one JSON object. Nothing was stored.',
    );
    const api = 'the line bearer_token=…, or its value alone';
    const cookies = 'the lines auth_token=… and ct0=…';
    for (const text of ['', 'tide\nlogin: ada']) {
      expect(refusal(text, [COOKIES, API], 'api')).toContain(`have ${api}, or one JSON object.`);
    }
    expect(refusal('tide', [COOKIES, API], 'cookies')).toContain(`have ${cookies}, or one JSON`);
    for (const named of [undefined, 'oauth']) {
      expect(refusal('tide', [COOKIES, API], named)).toContain(
        `have ${cookies}, or ${api} (--method api), or one JSON object.`,
      );
    }
  });

  test('are not repeated by a refusal', () => {
    for (const text of ['tide-4711', '{"password": tide-4711}', 'tide-4711\na=b']) {
      expect(refusal(text, [PASSWORD])).toStartWith('Standard input');
      expect(refusal(text, [PASSWORD])).not.toContain('4711');
    }
  });

  test('name the method of a source with several, or an option does', async () => {
    const x = startXApiDouble();
    const dataDir = freshDataDir();
    const env = { XGPT_X_API_URL: x.url, XGPT_X_URL: 'http://127.0.0.1:9' };
    const set = (stdin: string, ...words: string[]) =>
      start(['sources', 'set', 'x', ...words], { dataDir, env, stdin }).ended();
    const bare = await set(`${x.token}\n`, '--method', 'api');
    expect(bare).toMatchObject({ code: 0, stderr: '' });
    expect(bare.stdout).toContain('Connected');
    expect(await set(`bearer_token=${x.token}\n`)).toEqual(bare);
    expect((await set('auth_token=abc\nct0=def\n')).stderr).toContain(
      'the value of the cookie auth_token.',
    );
    expect((await set(`auth_token=${'0'.repeat(40)}\n`)).stderr).toContain('ct0 is missing.');
    expect(await set('password=tide-4711\n')).toMatchObject({
      code: 2,
      stderr: 'Nothing was stored. --method must be one of: cookies, api.\n',
    });
    await x.stop();
  });
});

describe('a prompt', () => {
  function terminal() {
    const listeners = new Set<(text: string) => void>();
    const modes: boolean[] = [];
    let shown = '';
    const prompt = new Prompt(
      {
        setRawMode: (mode) => modes.push(mode),
        on: (_, listener) => listeners.add(listener),
        off: (_, listener) => listeners.delete(listener),
        resume() {},
        pause() {},
      },
      (text) => {
        shown += text;
      },
    );
    const type = (text: string) => {
      for (const listener of listeners) listener(text);
    };
    return { prompt, type, modes, shown: () => shown };
  }

  test('shows what is typed, but nothing of a secret', async () => {
    const { prompt, type, modes, shown } = terminal();
    const name = prompt.ask('Name', false);
    type('adx\x7fa');
    type('\r\n');
    expect(await name).toBe('ada');
    const secret = prompt.ask('Password', true);
    type('tide-4711\x1b[A\r');
    expect(await secret).toBe('tide-4711');
    prompt[Symbol.dispose]();
    expect(shown()).toBe('Name: adx\b \ba\nPassword (not shown): \n');
    expect(modes).toEqual([true, false]);
  });

  test('takes several pasted lines one by one, clears a line with Ctrl-U, and ends with Ctrl-C', async () => {
    const { prompt, type } = terminal();
    type('wrong\x15ada\nsecond\n');
    expect([await prompt.ask('A', false), await prompt.ask('B', true)]).toEqual(['ada', 'second']);
    const third = prompt.ask('C', true);
    type('abc\x03');
    expect(third).rejects.toThrow('Cancelled. Nothing was stored.');
  });
});
