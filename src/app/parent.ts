/** How often to look, in ms: the system does not tell a process that its parent has ended. */
const POLL_MS = 500;

/** Calls `run` once when the process that started this one has ended. */
export function onParentEnd(run: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    run();
  }, POLL_MS);
  timer.unref();
}
