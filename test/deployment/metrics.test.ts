import { afterAll, beforeAll, expect, test } from 'bun:test';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DOWNLOAD_TIMEOUT_MS,
  type Installed,
  programFinder,
  run,
} from '../support/debian_programs.ts';
import { lastingPort } from '../support/port.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

const TOKEN = 'sesame-open-sesame-open';
const headers = { authorization: `Bearer ${TOKEN}` };

/** Both are in one package. */
const findPrometheus = programFinder(
  { promtool: 'prometheus', prometheus: 'prometheus' },
  'xgpt-prometheus',
);

/** The expressions of the dashboard in docs/ that this Prometheus does not understand. */
async function refused(address: string): Promise<string[]> {
  const dashboard = await Bun.file(join(import.meta.dir, '../../docs/grafana.json')).json();
  const exprs = dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
    targets.map(({ expr }) => expr),
  ) as string[];
  const answers = await Promise.all(
    exprs.map(async (expr) => {
      const query = expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m');
      const url = `http://${address}/api/v1/query?${new URLSearchParams({ query })}`;
      return (await fetch(url)).ok ? [] : [expr];
    }),
  );
  return answers.flat();
}

/** Of a query. */
interface Answer {
  data: { result: { value: [time: number, value: string] }[] };
}

let programs: Record<'promtool' | 'prometheus', Installed>;
let server: TestServer;

beforeAll(async () => {
  [programs, server] = await Promise.all([
    findPrometheus(),
    startServer(undefined, { XGPT_TOKEN: TOKEN }),
  ]);
  const body = new URLSearchParams({ username: 'aurora_lab', maxTweets: '20' });
  const answer = await fetch(`${server.url}/api/scrape`, { method: 'POST', body, headers });
  expect(answer.status).toBe(202);
  await until('the scrape has ended', async () => {
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    return text.includes('xgpt_jobs_ended_total{type="scrape",outcome="completed"} 1');
  });
}, DOWNLOAD_TIMEOUT_MS);
afterAll(stopServers);

test('FEATURES 44: promtool check metrics has nothing to say', async () => {
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  const check = async (metrics: string) => {
    const { path, env } = programs.promtool;
    const child = Bun.spawn([path, 'check', 'metrics'], {
      env,
      stdin: new Blob([metrics]),
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const said = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { said: said.join(''), code: await child.exited };
  };
  expect(await check(text)).toEqual({ said: '', code: 0 });
  // It would say something.
  const wrong = text.replaceAll('xgpt_jobs_ended_total', 'xgpt_jobs_ended_ms');
  expect((await check(wrong)).said).toContain('xgpt_jobs_ended_ms');
});

test('FEATURES 44: Prometheus scrapes it, as OpenMetrics and with the token', async () => {
  const folder = freshDataDir();
  const { host } = new URL(server.url);
  const config = `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: xgpt
    authorization: { credentials: ${TOKEN} }
    static_configs: [{ targets: ['${host}'] }]
`;
  await Bun.write(join(folder, 'prometheus.yml'), config);
  const address = `127.0.0.1:${lastingPort()}`;
  const { path, env } = programs.prometheus;
  const child = Bun.spawn(
    [
      path,
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { env, cwd: folder, stdout: 'ignore', stderr: 'ignore' },
  );
  try {
    const ask = async (query: string) => {
      const url = `http://${address}/api/v1/query?${new URLSearchParams({ query })}`;
      const answer = await fetch(url).catch(() => undefined);
      // While it starts it answers 503.
      if (!answer?.ok) return undefined;
      const { data } = (await answer.json()) as Answer;
      return data.result[0]?.value[1];
    };
    await until('it was scraped', async () => (await ask('up')) === '1', 60_000);
    expect(await ask('xgpt_jobs_ended_total{type="scrape",outcome="completed"}')).toBe('1');
    const counted = 'sum(xgpt_job_duration_seconds_bucket{type="scrape",le="+Inf"})';
    expect(await ask(counted)).toBe('1');
    expect(await refused(address)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    await child.exited;
    await rm(folder, { recursive: true, force: true });
  }
});

test('FEATURES 44: promtool understands the alerts of docs/metrics.md', async () => {
  const document = await Bun.file(join(import.meta.dir, '../../docs/metrics.md')).text();
  const rules = /```yaml\n(groups:[\s\S]*?)```/.exec(document)?.[1] ?? '';
  const file = join(freshDataDir(), 'rules.yml');
  await Bun.write(file, rules);
  const { path, env } = programs.promtool;
  expect(await run([path, 'check', 'rules', file], { env })).toContain('4 rules found');
});
