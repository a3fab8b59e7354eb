/** How long it takes, in ms. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

/** How long `GET /healthz` takes again and again while `work` runs, in ms. */
export async function healthDuring(
  url: string,
  pauseMs: number,
  work: () => Promise<unknown>,
): Promise<number[]> {
  let isOver = false;
  const done = work().finally(() => {
    isOver = true;
  });
  const times: number[] = [];
  while (!isOver) {
    times.push(await timed(() => fetch(`${url}/healthz`).then((response) => response.text())));
    await Bun.sleep(pauseMs);
  }
  await done;
  return times;
}
