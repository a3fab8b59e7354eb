import {
  DATABASE_UNREACHABLE,
  type DatabaseIssue,
  databaseIssueOf,
  permanent,
  temporary,
} from '../database_issue.ts';

export const UNREACHABLE = temporary(
  DATABASE_UNREACHABLE,
  'The PostgreSQL server cannot be reached.',
  'Start the server, or check its address and the network.',
  'the PostgreSQL server can be reached again',
);

const READ_ONLY = temporary(
  'database_read_only',
  'The PostgreSQL server allows no writes.',
  'Connect to the primary server, not to a standby, and allow it to write (default_transaction_read_only).',
  'the database can be written to again',
);

const DISK_FULL = temporary(
  'disk_full',
  'The disk of the PostgreSQL server is full.',
  'Free some space on it.',
  'the disk of the PostgreSQL server has space again',
);

const DISK_FAILING = temporary(
  'disk_failing',
  'The disk of the PostgreSQL server reports errors.',
  'Read the log of the server.',
  'the disk of the PostgreSQL server works again',
);

const TOO_MANY_CONNECTIONS = temporary(
  'database_connections',
  'The PostgreSQL server takes no more connections.',
  'Raise max_connections on the server (each xgpt process uses up to 12), or stop other programs.',
  'the PostgreSQL server takes connections again',
);

const OUT_OF_MEMORY = temporary(
  'database_out_of_memory',
  'The PostgreSQL server is out of memory.',
  'Give it more, or stop other programs.',
  'the PostgreSQL server has memory again',
);

const BUSY = temporary(
  'database_busy',
  'The database is busy: another process has held a lock in it for seconds.',
  'Let it finish, or stop it. It may be another xgpt process.',
  'the database is no longer busy',
);

const PASSWORD_REFUSED = temporary(
  'database_password',
  'The PostgreSQL server refuses the user or the password.',
  'Correct them in the address of the database, or allow the user in pg_hba.conf.',
  'the PostgreSQL server accepts the user and the password',
);

const MISSING = temporary(
  'database_missing',
  'The PostgreSQL server has no database of this name.',
  'Create it (createdb <name>), or correct the name in the address of the database.',
  'the database is there again',
);

const NOT_ALLOWED = temporary(
  'database_permissions',
  'The PostgreSQL user may not do this in the database.',
  'Make it the owner of the database, or grant it all rights in its schema.',
  'the PostgreSQL user has the rights it needs',
);

const DAMAGED = permanent(
  'database_damaged',
  'The database of the PostgreSQL server is damaged.',
  'Stop all xgpt processes that use it, and restore a backup of it.',
  'the database is intact',
);

/** By the beginning of SQLSTATE; the first match counts. */
const BY_STATE: [prefix: string, issue: DatabaseIssue][] = [
  ['08', UNREACHABLE],
  // The server is shut down, starts, or has ended the connection.
  ['57P0', UNREACHABLE],
  ['25P03', UNREACHABLE],
  ['25006', READ_ONLY],
  ['53100', DISK_FULL],
  ['53200', OUT_OF_MEMORY],
  ['53', TOO_MANY_CONNECTIONS],
  ['55P03', BUSY],
  ['28', PASSWORD_REFUSED],
  ['3D000', MISSING],
  ['42501', NOT_ALLOWED],
  ['58', DISK_FAILING],
  ['XX001', DAMAGED],
  ['XX002', DAMAGED],
];

/** Codes of Bun's client, whose connection could not be made or was lost. */
const CONNECTION = /^ERR_POSTGRES_(CONNECTION_|IDLE_TIMEOUT|LIFETIME_TIMEOUT)/;

/** The five characters with which the server names an error; undefined for errors of the client. */
export function sqlStateOf(error: unknown): string | undefined {
  const { errno, cause } = (error ?? {}) as { errno?: unknown; cause?: unknown };
  if (typeof errno === 'string') return errno;
  return cause === undefined ? undefined : sqlStateOf(cause);
}

/** What outside the program has caused an error of PostgreSQL; undefined when it has another cause. */
export function postgresIssueOf(error: unknown): DatabaseIssue | undefined {
  const state = sqlStateOf(error);
  if (state !== undefined) return BY_STATE.find(([prefix]) => state.startsWith(prefix))?.[1];
  return CONNECTION.test(String((error as { code?: unknown } | undefined)?.code))
    ? UNREACHABLE
    : undefined;
}

/** Whether the connection was lost, or could not be made: the server may not know of the statement. */
export function isConnectionLost(error: unknown): boolean {
  return databaseIssueOf(error) === UNREACHABLE;
}
