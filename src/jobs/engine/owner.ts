import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAlive, startOf } from '../../platform/process_ids.ts';

/**
 * Who this process is in a lease: `host:pid:boot`; the boot tells it from an earlier one with its
 * pid, and has the process's start in it, where the system tells that.
 */
export function newOwner(): string {
  const host = [hostname(), pidNamespace()].filter(Boolean).join('/');
  const boot = `${Bun.randomUUIDv7('base64url').slice(-10)}.${startOf(process.pid)}`;
  return `${host}:${process.pid}:${boot}`;
}

/** Two containers may share a name and a folder, and count their processes from 1 each. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

/**
 * Tells of an owner whether its process has certainly ended. A process of another host is not
 * known to have: its lease decides. Within this process only `self` is alive, so one database
 * wants one tracker per process.
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

/** Tells of an owner whether its process, and no later one with its pid, certainly lives. */
export function processLives(self: string): (owner: string | undefined) => boolean {
  const [host] = partsOf(self);
  return (owner) => {
    if (!owner) return false;
    const [ownerHost, pid] = partsOf(owner);
    const start = owner.split('.').at(-1);
    return ownerHost === host && start !== '' && startOf(Number(pid)) === start;
  };
}

/** Tells the processes that can reach each other by their pids from others. */
export function hostOf(owner: string): string {
  return partsOf(owner)[0];
}

function partsOf(owner: string): [host: string, pid: string] {
  const [boot, pid, ...host] = owner.split(':').reverse();
  return [host.reverse().join(':'), boot ? (pid ?? '') : ''];
}
