import { join } from 'node:path';
import { spawnChild } from '../suite/children.ts';
import { monotonicMs } from '../suite/clock.ts';
import { quantile } from '../suite/results.ts';
import type { Figures } from '../suite/suite.ts';

const PEOPLE = ['aurora_lab', 'mira_orbits', 'deep_sky_dan', 'tidal_lock'];
const UNITS: Record<string, number> = { us: 0.001, ms: 1, s: 1_000 };

/** `POST /api/scrape` over several connections: answers a second, and the latency in ms. */
export function measurePosts(url: string, connections: number, seconds: number): Promise<Figures> {
  return Bun.which('wrk')
    ? withWrk(url, connections, seconds)
    : withFetch(url, connections, seconds);
}

async function withWrk(url: string, connections: number, seconds: number): Promise<Figures> {
  const script = join(import.meta.dir, 'post.lua');
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script];
  const child = spawnChild(['wrk', ...args, `${url}/api/scrape`], { stdout: 'pipe' });
  const text = await new Response(child.stdout).text();
  const time = (share: number) => {
    const [, value, unit = ''] = new RegExp(`${share}%\\s+([\\d.]+)(us|ms|s)`).exec(text) ?? [];
    return Number(value) * (UNITS[unit] ?? Number.NaN);
  };
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p50: time(50),
    p99: time(99),
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0),
  };
}

async function withFetch(url: string, connections: number, seconds: number): Promise<Figures> {
  const times: number[] = [];
  let count = 0;
  let refused = 0;
  const begin = monotonicMs();
  const connection = async () => {
    while (monotonicMs() - begin < seconds * 1_000) {
      const username = PEOPLE[++count % PEOPLE.length];
      const from = monotonicMs();
      const response = await fetch(`${url}/api/scrape`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ username, maxTweets: (count % 9_973) + 1 }),
      });
      await response.arrayBuffer();
      times.push(monotonicMs() - from);
      if (response.status !== 202) refused++;
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const perSecond = times.length / ((monotonicMs() - begin) / 1_000);
  return { perSecond, p50: quantile(times, 0.5), p99: quantile(times, 0.99), refused };
}
