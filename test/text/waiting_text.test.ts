import { expect, test } from 'bun:test';
import type { Job, Wait } from '../../src/jobs/job.ts';
import { dueText } from '../../src/text/start_text.ts';
import { statusText, waitingText } from '../../src/text/waiting_text.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const QUEUED = { status: 'queued' } as Job;
const inSeconds = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);
const RETRYING = { status: 'retrying', retryAt: inSeconds(14) } as Job;

test.each<[text: string, status: string, Job, Wait]>([
  ['scrape is paused', 'queued, scrape is paused', QUEUED, { pause: { type: 'scrape' } }],
  ['the source x is paused', 'queued, the source x is paused', QUEUED, { pause: { source: 'x' } }],
  [
    'no running process has this type: start the program that has it',
    'queued, no running process has this type: start the program that has it',
    QUEUED,
    { lack: { what: 'type', name: 'countdown' } },
  ],
  [
    'starts in 5:00',
    'queued, starts in 5:00',
    { ...QUEUED, runAt: inSeconds(300) },
    { lack: { what: 'source', name: 'notes' } },
  ],
  [
    'no running process has the source notes: start the program that has it',
    'retrying, no running process has the source notes: start the program that has it',
    { ...RETRYING, retryAt: inSeconds(-1) },
    { lack: { what: 'source', name: 'notes' } },
  ],
  ['retries in 14 s', 'retrying in 14 s', RETRYING, { lack: { what: 'source', name: 'notes' } }],
  ['next in queue', 'queued, next in queue', QUEUED, { place: 1 }],
  ['3rd in queue', 'queued, 3rd in queue', QUEUED, { place: 3 }],
  ['waits in the queue', 'queued, waits in the queue', QUEUED, {}],
  [
    'starts in 5:00',
    'queued, starts in 5:00',
    { ...QUEUED, runAt: inSeconds(300) },
    { place: undefined as never },
  ],
  [
    'scrape is paused',
    'queued, scrape is paused',
    { ...QUEUED, runAt: inSeconds(300) },
    { pause: { type: 'scrape' } },
  ],
  ['retries in 14 s', 'retrying in 14 s', RETRYING, {}],
  [
    'retries in a few seconds',
    'retrying in a few seconds',
    { ...RETRYING, retryAt: inSeconds(2) },
    {},
  ],
  ['scrape is paused', 'retrying, scrape is paused', RETRYING, { pause: { type: 'scrape' } }],
  ['', 'retrying', { ...RETRYING, retryAt: inSeconds(-1) }, {}],
  ['', 'running', { status: 'running' } as Job, {}],
  ['', 'failed', { status: 'failed' } as Job, {}],
])('FEATURES 42: a job says why it waits: %p', (text, status, job, wait) => {
  expect(waitingText(job, wait, NOW)).toBe(text);
  expect(statusText(job, wait, NOW)).toBe(status);
});

test('a due time a few seconds ahead is not “just now”, and one that is over “was due”', () => {
  const texts = [7_200, 300, 12, 3, 0, -3, -120, -7_200].map((s) => dueText(inSeconds(s), NOW));
  expect(texts).toEqual([
    'in 2 h',
    'in 5 min',
    'in 12 s',
    'in a few seconds',
    'in a few seconds',
    'now',
    'was due 2 min ago',
    'was due 2 h ago',
  ]);
});
