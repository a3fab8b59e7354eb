import packageJson from '../../../package.json' with { type: 'json' };
import type { Writer } from '../../platform/writer.ts';
import type { WebDeps } from '../deps.ts';
import type { Family } from './family.ts';
import type { LagMeter } from './lag_meter.ts';

type Measured = Pick<WebDeps, 'streams' | 'health'> & { writer: Writer; lag: LagMeter };

/** What this process does and needs. Its counters start at zero with it. */
export function processMetrics(deps: Measured): Family[] {
  return [...programMetrics(deps), ...streamMetrics(deps), ...databaseMetrics(deps), ...ofSystem()];
}

function programMetrics({ health, lag }: Measured): Family[] {
  return [
    {
      name: 'xgpt_build_info',
      help: 'Always 1; the label has the version.',
      type: 'gauge',
      read: () => [{ labels: { version: packageJson.version }, value: 1 }],
    },
    {
      name: 'xgpt_healthy',
      help: '0 while the database cannot be written or the disk is full, otherwise 1.',
      type: 'gauge',
      read: () => [{ value: health.isFailing ? 0 : 1 }],
    },
    {
      name: 'xgpt_processes',
      help: 'Processes on the data folder that are alive, by kind.',
      type: 'gauge',
      read: () => {
        const kinds = Map.groupBy(health.processes.list(), ({ kind }) => kind);
        return (['server', 'worker', 'command'] as const).map((kind) => ({
          labels: { kind },
          value: kinds.get(kind)?.length ?? 0,
        }));
      },
    },
    {
      name: 'xgpt_event_loop_lag_seconds',
      help: 'How late timers ran, measured ten times a second since the first scrape.',
      type: 'histogram',
      read: () => [lag.read()],
    },
  ];
}

function streamMetrics({ streams }: Measured): Family[] {
  return [
    {
      name: 'xgpt_streams_open',
      help: 'Live connections that are open.',
      type: 'gauge',
      read: () => [{ value: streams.open }],
    },
    {
      name: 'xgpt_stream_frames_sent_total',
      help: 'Pieces that were sent over live connections: an event, or several at once.',
      type: 'counter',
      read: () => [{ value: streams.sent.pieces }],
    },
    {
      name: 'xgpt_stream_sent_bytes_total',
      help: 'Bytes that were sent over live connections, before compression.',
      type: 'counter',
      read: () => [{ value: streams.sent.bytes }],
    },
  ];
}

function databaseMetrics({ writer }: Measured): Family[] {
  return [
    {
      name: 'xgpt_sqlite_transactions_total',
      help: 'Transactions that this process committed.',
      type: 'counter',
      read: () => [{ value: writer.commits }],
    },
    {
      name: 'xgpt_sqlite_busy_waits_total',
      help: 'Transactions that had to wait because another process was writing.',
      type: 'counter',
      read: () => [{ value: writer.waits.count }],
    },
    {
      name: 'xgpt_sqlite_busy_wait_seconds_total',
      help: 'How long transactions waited because another process was writing.',
      type: 'counter',
      read: () => [{ value: writer.waits.ms / 1_000 }],
    },
  ];
}

function ofSystem(): Family[] {
  const startedAt = (Date.now() - performance.now()) / 1_000;
  return [
    {
      name: 'process_cpu_seconds_total',
      help: 'CPU time of this process, in user and system mode.',
      type: 'counter',
      read: () => {
        const { user, system } = process.cpuUsage();
        return [{ value: (user + system) / 1e6 }];
      },
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Memory of this process that is in RAM.',
      type: 'gauge',
      read: () => [{ value: process.memoryUsage.rss() }],
    },
    {
      name: 'process_start_time_seconds',
      help: 'When this process started, in seconds since 1970 UTC.',
      type: 'gauge',
      read: () => [{ value: startedAt }],
    },
  ];
}
