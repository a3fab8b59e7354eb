import { openBareSqlite } from './bare_sqlite.ts';
import { openBareTables } from './bare_tables.ts';
import { openBullmqOnPostgres, openBullmqOnRedis } from './bullmq.ts';
import { openBunqueue } from './bunqueue.ts';
import { openPlainjob } from './plainjob.ts';
import type { Peer } from './system.ts';
import { openXgpt, openXgptOnPostgres, serverOf } from './xgpt.ts';

export const PEERS: Peer[] = [
  {
    name: 'xgpt',
    title: 'xgpt',
    survives: 'power cut',
    open: (place) => openXgpt(place),
  },
  {
    name: 'xgpt-postgres',
    title: 'xgpt on PostgreSQL',
    survives: 'power cut',
    requires: 'postgres',
    open: (place) => openXgptOnPostgres(place),
  },
  {
    name: 'xgpt-tickets-redis',
    title: 'xgpt on PostgreSQL, tickets on Redis',
    survives: 'power cut',
    requires: ['postgres', 'memoryRedis'],
    open: (place) => openXgptOnPostgres(place, `redis://127.0.0.1:${place.servers.memoryRedis}`),
  },
  {
    name: 'xgpt-tickets-postgres',
    title: 'xgpt on PostgreSQL, tickets there, too',
    survives: 'power cut',
    requires: 'postgres',
    open: (place) => openXgptOnPostgres(place, serverOf(place)),
  },
  {
    name: 'bullmq-redis',
    title: 'BullMQ, Redis `appendfsync always`',
    survives: 'power cut',
    requires: 'redis',
    open: (place) => openBullmqOnRedis(place, place.servers.redis),
  },
  {
    name: 'bullmq-postgres',
    title: 'BullMQ, PostgreSQL',
    survives: 'power cut',
    requires: 'postgres',
    open: openBullmqOnPostgres,
  },
  {
    name: 'plainjob',
    title: 'plainjob, `synchronous=FULL`',
    survives: 'power cut',
    open: openPlainjob,
  },
  {
    name: 'bare-two',
    title: 'bare SQLite, two commits a job',
    survives: 'power cut',
    open: (place) => openBareSqlite(place, 'two'),
  },
  {
    name: 'bare-one',
    title: 'bare SQLite, one commit a job',
    survives: 'power cut',
    open: (place) => openBareSqlite(place, 'one'),
  },
  {
    name: 'bare-tables',
    title: 'bare SQLite on xgpt’s tables, one commit a job',
    survives: 'power cut',
    open: openBareTables,
  },
  {
    name: 'bare-grouped',
    title: 'bare SQLite, one commit for all that run',
    survives: 'power cut',
    open: (place) => openBareSqlite(place, 'grouped'),
  },
  {
    name: 'bullmq-memory',
    title: 'BullMQ, Redis without disk',
    survives: 'nothing for certain',
    requires: 'memoryRedis',
    open: (place) => openBullmqOnRedis(place, place.servers.memoryRedis),
  },
  {
    name: 'bunqueue',
    title: 'bunqueue, embedded',
    survives: 'nothing for certain',
    open: openBunqueue,
  },
];

export function peer(name: string): Peer {
  const found = PEERS.find((each) => each.name === name);
  if (!found) throw new Error(`Unknown peer ${name}.`);
  return found;
}
