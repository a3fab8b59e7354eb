import { readFileSync } from 'node:fs';

/** Whether a process of this machine has that id. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Tells a process from an earlier one that had its id: when it started, in a form of the system's
 * own. Empty when there is no such process, or the system does not say.
 */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; the start is the 20th field after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return process.platform === 'linux' ? '' : startByPs(pid);
  }
}

function startByPs(pid: number): string {
  try {
    const { stdout } = Bun.spawnSync(['ps', '-o', 'lstart=', '-p', String(pid)]);
    return stdout.toString().replace(/\W/g, '');
  } catch {
    return '';
  }
}
