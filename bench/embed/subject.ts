import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { cpuMs } from '../suite/cpu.ts';

/** What a subject's process is sent: the texts of posts that it has not seen yet. */
export type Round = string[];

/** What it answers. */
export interface Embedded {
  ms: number;
  /** CPU time of its own process meanwhile, in ms. */
  cpuMs: number;
  vectors: number;
  /** How many tokens were embedded, and how many those of the first 256 of each post are. */
  tokens?: number;
  firstTokens?: number;
}

export interface Subject {
  name: string;
  /** `childCpuMs` is the CPU time of the processes that it has started. */
  embed(round: Round): Promise<Embedded & { childCpuMs: number }>;
  close(): Promise<void>;
}

/** Starts `file` of this folder in a process of its own, in which it loads the model. */
export async function openSubject(name: string, file: string, args: string[]): Promise<Subject> {
  let answered = Promise.withResolvers<Embedded>();
  const child = Bun.spawn([process.execPath, join(import.meta.dir, file), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc: (answer: Embedded) => answered.resolve(answer),
    onExit: (_, code) => answered.reject(new Error(`The process of "${name}" ended (${code}).`)),
  });
  await answered.promise;
  return {
    name,
    async embed(round) {
      answered = Promise.withResolvers();
      const before = cpuOfChildren(child);
      child.send(round);
      const answer = await answered.promise;
      return { ...answer, childCpuMs: cpuOfChildren(child) - before };
    },
    async close() {
      answered.promise.catch(() => {});
      child.disconnect();
      await child.exited;
    },
  };
}

function cpuOfChildren({ pid }: Subprocess): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children
    .filter(Boolean)
    .map((child) => cpuMs(Number(child)))
    .reduce((a, b) => a + b, 0);
}

/** The other side: answers each round with what `embed` did. */
export function serve(embed: (round: Round) => Promise<Embedded>, close: () => Promise<void>) {
  process.on('message', async (round: Round) => process.send?.(await embed(round)));
  process.on('disconnect', async () => {
    await close();
    process.exit();
  });
  process.send?.({ ms: 0, cpuMs: 0, vectors: 0 } satisfies Embedded);
}

/** The CPU time of this process since `before`, in ms. */
export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
