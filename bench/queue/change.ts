import { join } from 'node:path';
import { openTaskbarStream } from '../http/stream.ts';
import { spawnChild } from '../suite/children.ts';
import { until } from '../suite/clock.ts';
import { quantile } from '../suite/results.ts';
import type { Figures, Setting } from '../suite/suite.ts';
import { startXgpt } from '../suite/xgpt_server.ts';
import type { Changed } from './changer.ts';

/** The time from a change in one process to the event in a stream of another process's server. */
export async function measureChange({ folder }: Setting, samples: number): Promise<Figures> {
  const server = await startXgpt(folder);
  const stream = await openTaskbarStream(server.url);
  const answers: ((changed: Changed) => void)[] = [];
  const changer = spawnChild([process.execPath, join(import.meta.dir, 'changer.ts'), folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc: (message: Changed) => answers.shift()?.(message),
  });
  const ask = (command: 'create' | 'complete') => {
    const answer = new Promise<Changed>((resolve) => answers.push(resolve));
    changer.send(command);
    return answer;
  };
  const times: number[] = [];
  let lost = 0;
  for (let count = -1; count < samples; count++) {
    stream.forget();
    const { id, before } = await ask('create');
    const arrival = () => stream.pieces.find(({ text }) => text.includes(id))?.at;
    const came = await until(() => arrival() !== undefined, 5_000, 1);
    // The first one waits for the other process to open its database.
    if (came && count >= 0) times.push((arrival() ?? Number.NaN) - before);
    if (!came) lost++;
    await Bun.sleep(60 + Math.random() * 60);
    await ask('complete');
    await Bun.sleep(60 + Math.random() * 60);
  }
  stream.leave();
  changer.kill('SIGKILL');
  await changer.exited;
  await server.stop();
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), samples: times.length, lost };
}
