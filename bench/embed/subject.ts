import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { cpuMs } from '../suite/cpu.ts';

/** What a subject's process is sent: the texts of posts that it has not seen yet. */
export type Round = string[];

/** What it answers. */
export interface Embedded {
  ms: number;
  vectors: number;
}

/** In ms: of the subject's process, and of the processes that it has started. */
export interface CpuTime {
  own: number;
  children: number;
}

export interface Subject {
  name: string;
  embed(round: Round): Promise<Embedded & { cpu: CpuTime }>;
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
      const before = cpuOf(child);
      child.send(round);
      const answer = await answered.promise;
      const { own, children } = cpuOf(child);
      return { ...answer, cpu: { own: own - before.own, children: children - before.children } };
    },
    async close() {
      answered.promise.catch(() => {});
      child.disconnect();
      await child.exited;
    },
  };
}

function cpuOf({ pid }: Subprocess): CpuTime {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const each = children.filter(Boolean).map((child) => cpuMs(Number(child)));
  return { own: cpuMs(pid), children: each.reduce((a, b) => a + b, 0) };
}

/** The other side: answers each round with what `embed` did. */
export function serve(embed: (round: Round) => Promise<Embedded>, close: () => Promise<void>) {
  process.on('message', async (round: Round) => process.send?.(await embed(round)));
  process.on('disconnect', async () => {
    await close();
    process.exit();
  });
  process.send?.({ ms: 0, vectors: 0 } satisfies Embedded);
}
