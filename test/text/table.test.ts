import { expect, test } from 'bun:test';
import type { AuditEntry } from '../../src/jobs/index.ts';
import { auditTable } from '../../src/text/audit_text.ts';
import { shortWebhookTable } from '../../src/text/webhook_text.ts';
import type { Webhook } from '../../src/webhooks/index.ts';

const LONG = 'words that are many and long '.repeat(8);

const webhook: Webhook = {
  id: 'wh_0190a1b2c3d4e5f60718293a4b5c6d7e',
  url: `https://hooks.example/${LONG.replaceAll(' ', '-')}`,
  events: ['completed', 'failed'],
  types: [],
  createdAt: new Date(0),
  waiting: 2,
  deliveries: [
    {
      eventId: 'msg_1',
      event: 'job.failed',
      jobId: 'deliver-1',
      attempt: 1,
      at: new Date(0),
      tookMs: 1,
      error: LONG,
    },
  ],
};

const entry = {
  ...{ id: '1', at: new Date(0), action: 'change', count: 0, kind: 'webhook', target: LONG },
  by: { via: 'terminal', user: LONG, address: '2001:db8::1234:5678:9abc:def0' },
} as AuditEntry;

test.each([80, 120])('lists fit into a terminal of %i columns', (columns) => {
  for (const table of [
    shortWebhookTable([webhook], columns),
    auditTable([entry], undefined, columns),
  ]) {
    const widths = table
      .trimEnd()
      .split('\n')
      .map((line) => Bun.stringWidth(line));
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    // Nothing is cut more than it must be.
    expect(Math.max(...widths)).toBe(columns);
  }
  // The end of the id names it.
  expect(shortWebhookTable([webhook], columns)).toContain('\n4b5c6d7e  ');
  expect(shortWebhookTable([webhook], columns)).toMatch(/\s1970|1 Jan 1970/);
});
