import type { Spawn, Subprocess } from 'bun';

const running = new Set<Subprocess>();

/** `Bun.spawn` for a process that must not outlive this one. */
export function spawnChild<
  const In extends Spawn.Writable = 'ignore',
  const Out extends Spawn.Readable = 'pipe',
  const Err extends Spawn.Readable = 'inherit',
>(command: string[], options: Spawn.SpawnOptions<In, Out, Err>): Subprocess<In, Out, Err> {
  const child = Bun.spawn(command, options);
  running.add(child);
  void child.exited.then(() => running.delete(child));
  return child;
}

/** Ends the processes of a measurement that failed or was interrupted. */
export function endChildren(signal: NodeJS.Signals): void {
  for (const child of running) child.kill(signal);
}

process.on('exit', () => endChildren('SIGKILL'));

/** Calls `stop` once, at the first Ctrl-C or SIGTERM. */
export function onInterrupt(stop: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}
