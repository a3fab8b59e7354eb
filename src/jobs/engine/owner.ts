import { hostname } from 'node:os';
import { bootOfMachine, isAlive, pidNamespace, startOf } from '../../platform/process_ids.ts';

/**
 * The name of this process in a lease: `host:pid:boot`. The boot distinguishes it from an earlier
 * process with its pid, and contains the start of the process, where the system gives that.
 * @param sharedBy whether processes of several machines share the database: two of these may have one
 * host name. On one machine its boot is left out, so that what ran before it is known to have ended. Two
 * containers may have one host name and one folder, and each numbers its processes from 1.
 */
export function newOwner(sharedBy: 'one machine' | 'several' = 'one machine'): string {
  const machine = sharedBy === 'several' ? bootOfMachine() : '';
  const host = [hostname(), pidNamespace(), machine].filter(Boolean).join('/');
  const boot = `${Bun.randomUUIDv7('base64url').slice(-10)}.${startOf(process.pid)}`;
  return `${host}:${process.pid}:${boot}`;
}

/**
 * Gives a function that tells whether an owner's process has certainly ended. Of another host's
 * process that is not known: its lease decides. Within this process only `self` counts as alive, so
 * there must be one tracker per process and database.
 */
export function processIsGone(self: string): (owner: string | undefined) => boolean {
  const [host, pid] = partsOf(self);
  return (owner) => {
    if (owner === self) return false;
    if (!owner) return true;
    const [ownerHost, ownerPid] = partsOf(owner);
    if (ownerHost !== host) return false;
    return ownerPid === pid || !isAlive(Number(ownerPid));
  };
}

/** Gives a function that tells whether an owner's process, and no later one with its pid, certainly lives. */
export function processLives(self: string): (owner: string | undefined) => boolean {
  const [host] = partsOf(self);
  return (owner) => {
    if (!owner) return false;
    const [ownerHost, pid] = partsOf(owner);
    const start = owner.split('.').at(-1);
    return ownerHost === host && start !== '' && startOf(Number(pid)) === start;
  };
}

/** The part of an owner that processes share when they can check each other's pids. */
export function hostOf(owner: string): string {
  return partsOf(owner)[0];
}

function partsOf(owner: string): [host: string, pid: string] {
  const [boot, pid, ...host] = owner.split(':').reverse();
  return [host.reverse().join(':'), boot ? (pid ?? '') : ''];
}
