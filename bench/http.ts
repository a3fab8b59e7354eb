/**
 * The server: starting jobs, compared with a minimal server; answering while quick jobs drain; idle.
 *
 *     bun bench/http.ts [--quick] [--rounds 3] [--only post50,healthz-embed] [--save results.jsonl]
 */
import { join } from 'node:path';
import { measureIdle } from './http/idle.ts';
import { measurePosts } from './http/load.ts';
import { MIXES, measureQuickJobs } from './http/quick_jobs.ts';
import {
  atLeast,
  type Cell,
  figureAtMost,
  percent,
  ratioOf,
  table,
  times,
} from './suite/markdown.ts';
import type { Results } from './suite/results.ts';
import { main } from './suite/run.ts';
import type { Criterion, Measurement, Setting, Suite } from './suite/suite.ts';
import { settingsFor, startServer, startXgpt } from './suite/xgpt_server.ts';

const CONNECTIONS = [1, 10, 50];
const JOBS = 3_000;
const TITLES: Record<string, string> = {
  xgpt: 'xgpt',
  'bare-grouped': 'bare Bun server, one commit for each turn of the event loop',
  'bare-single': 'bare Bun server, one commit for each request',
  'part-elysia': 'the first of these behind Elysia',
  'part-enqueue': 'bare Bun server before xgpt’s `enqueue`: its checks, tables and claims',
};

/** So that jobs that were started wait for their second page, and cost nothing meanwhile. */
const SETTINGS = { XGPT_SAMPLE_PAGE_MS: '60000' };

export const http: Suite = {
  title: 'The server',
  script: import.meta.path,
  measurements: [
    ...CONNECTIONS.flatMap((count) => Object.keys(TITLES).map((subject) => posts(count, subject))),
    ...Object.keys(MIXES).map(
      (type): Measurement => ({
        name: `healthz-${type}`,
        subject: 'xgpt',
        run: (setting) => measureQuickJobs(setting, type, setting.quick ? 300 : JOBS),
      }),
    ),
    { name: 'idle', subject: 'xgpt', run: measureIdle },
  ],
  tables: (results) =>
    [postTable(results), healthTable(results), idleTable(results)].filter(Boolean).join('\n\n'),
  criteria,
};

function posts(connections: number, subject: string): Measurement {
  return {
    name: `post${connections}`,
    subject,
    async run(setting) {
      const server = await startSubject(subject, setting);
      const warm = await measurePosts(server.url, connections, 1);
      if (warm.refused) throw new Error(`${warm.refused} requests were refused.`);
      const figures = await measurePosts(server.url, connections, setting.quick ? 1 : 2);
      await server.stop();
      return figures;
    },
  };
}

function startSubject(subject: string, { folder }: Setting) {
  if (subject === 'xgpt') return startXgpt(folder, SETTINGS);
  const [kind, mode = ''] = subject.split('-');
  const script = join(import.meta.dir, `http/${kind === 'part' ? 'parts' : kind}_server.ts`);
  return startServer([script, folder, mode], settingsFor(folder, SETTINGS));
}

function postTable(results: Results): string {
  const measured = CONNECTIONS.filter((count) => results.has(`post${count}`));
  if (measured.length === 0) return '';
  const figure = (count: number, subject: string, name: string) =>
    results.median(`post${count}`, subject, name);
  const rows = Object.entries(TITLES).map(([subject, title]): Cell[] => [
    subject === title ? title : `${subject}: ${title}`,
    ...measured.flatMap((count) => [
      figure(count, subject, 'perSecond'),
      figure(count, subject, 'p50'),
      figure(count, subject, 'p99'),
    ]),
  ]);
  const ratios = [
    ['xgpt', 'bare-grouped'],
    ['xgpt', 'bare-single'],
    ['part-elysia', 'bare-grouped'],
    ['part-enqueue', 'bare-grouped'],
  ].map(([subject = '', other = '']): Cell[] => [
    `${subject} to ${other}`,
    ...measured.flatMap((count) => {
      const rate = (of: string) => figure(count, of, 'perSecond');
      return [times(ratioOf(rate(subject), rate(other))), undefined, undefined];
    }),
  ]);
  const head = measured.flatMap((count) => [`at ${count}, a second`, 'p50, ms', 'p99, ms']);
  const client = Bun.which('wrk') ? '`wrk`' : 'a client in Bun (`wrk` is not installed)';
  const note = `\`POST /api/scrape\`, at 1, 10 and 50 connections, requested by ${client}:`;
  return `${note}\n\n${table(['', ...head], [...rows, ...ratios])}`;
}

function healthTable(results: Results): string {
  const measured = Object.keys(MIXES).filter((type) => results.has(`healthz-${type}`));
  if (measured.length === 0) return '';
  const rows = measured.map((type): Cell[] => {
    const figure = (name: string) => results.median(`healthz-${type}`, 'xgpt', name);
    const names = ['idleP50', 'idleP99', 'p50', 'p99', 'max', 'gap', 'perSecond'];
    return [type, ...names.map(figure)];
  });
  const head = ['idle p50', 'idle p99', 'p50', 'p99', 'max', 'largest gap between events'];
  const note = `\`/healthz\` while ${JOBS.toLocaleString('en')} quick jobs drain, requested every 10 ms, in ms:`;
  return `${note}\n\n${table(['jobs', ...head, 'jobs a second'], rows)}`;
}

function idleTable(results: Results): string {
  if (!results.has('idle')) return '';
  const share = (name: string) => percent(results.median('idle', 'xgpt', name), 2);
  const rows = [
    ['no stream', share('none')],
    ['100 streams', share('hundred')],
  ];
  return table(['idle server with', 'of a core'], rows);
}

function criteria(results: Results): Criterion[] {
  const rate = (subject: string) => results.median('post50', subject, 'perSecond');
  const hundred = results.median('idle', 'xgpt', 'hundred');
  return [
    atLeast(
      '`POST /api/scrape` at 50 connections, to a bare server with grouped commits',
      ratioOf(rate('xgpt'), rate('bare-grouped')),
      0.8,
    ),
    ...Object.keys(MIXES).flatMap((type) => whileDraining(results, type)),
    figureAtMost(
      'idle server with 100 streams',
      hundred === undefined ? undefined : hundred * 100,
      0.425,
      '% of a core',
    ),
  ];
}

function whileDraining(results: Results, type: string): Criterion[] {
  const figure = (name: string) => results.median(`healthz-${type}`, 'xgpt', name);
  const goal = Math.max(50, 10 * (figure('idleP99') ?? 0));
  return [
    figureAtMost(`\`/healthz\` p99 while quick jobs drain: ${type}`, figure('p99'), goal, 'ms'),
    figureAtMost(`largest gap of the taskbar meanwhile: ${type}`, figure('gap'), 1_100, 'ms'),
  ];
}

if (import.meta.main) await main(http);
