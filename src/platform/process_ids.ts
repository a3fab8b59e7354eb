import { readFileSync, readlinkSync } from 'node:fs';

/** Whether a process of this machine has that id, and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** It has ended, and its parent has not asked how: in a container that may stay so. */
function isZombie(pid: number): boolean {
  return fieldsOf(pid)?.[0] === 'Z';
}

/** The fields of `/proc/<pid>/stat` after the name, which may hold anything; none without Linux. */
function fieldsOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/**
 * Tells a process from an earlier one that had its id: when it started, in a form of the system's
 * own. Empty when there is no such process, or the system does not say.
 */
export function startOf(pid: number): string {
  const start = fieldsOf(pid)?.[19];
  if (start !== undefined) return start;
  return process.platform === 'linux' ? '' : startByPs(pid);
}

function startByPs(pid: number): string {
  try {
    const { stdout } = Bun.spawnSync(['ps', '-o', 'lstart=', '-p', String(pid)]);
    return stdout.toString().replace(/\W/g, '');
  } catch {
    return '';
  }
}

/** Which container numbers the ids of this process; empty where the system does not say. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

/** Tells this machine since its last boot from all others; empty where the system does not say. */
export function bootOfMachine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
