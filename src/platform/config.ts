import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  isAddressRange,
  isHostName,
  isLoopback,
  postgresAddressProblem,
  queueAddressProblem,
} from './addresses.ts';
import { conflictsOf } from './config_conflicts.ts';
import { LOG_LEVELS, type LogLevel } from './logger.ts';
import { checked, nearestName, number, oneOf, type Setting, text, whole } from './setting.ts';

/** Beside the program, so that every command finds the same, wherever it is called from. */
const DATA_DIR = join(import.meta.dir, '..', '..', 'data');

/** Of an installed package: the next installation would replace the data with the program. */
const IN_PACKAGE = /[\\/]node_modules[\\/]/;

const DAY_MS = 86_400_000;
const MAX_AT_ONCE = 64;

/** The lease on several machines: none can look whether a process of another one still runs. */
const CLUSTER_LEASE_MS = 10_000;

/** Their values are shown to nobody, not even when they are wrong. */
const SECRETS = new Set([
  'XGPT_TOKEN',
  'XGPT_READ_TOKEN',
  'XGPT_SECRET_KEY',
  'XGPT_DATABASE_URL',
  'XGPT_QUEUE_URL',
]);

const QUERY_IDS =
  /^[\s,]*((UserByScreenName|UserTweets|UserTweetsAndReplies|SearchTimeline)=[\w-]{8,64}([\s,]+|$))*$/;

/** Every setting the program has, with its range and default. `docs/configuration.md` lists them. */
const SETTINGS = {
  PORT: whole(0, 65_535, 3000),
  HOST: text('127.0.0.1'),
  XGPT_TOKEN: accessToken(),
  XGPT_READ_TOKEN: accessToken(),
  XGPT_HOSTS: text(
    '',
    'must be host names without scheme or port, separated by commas: xgpt.lan, nas',
    (list) => namesIn(list).every(isHostName),
  ),
  XGPT_PROXIES: text(
    '',
    'must be addresses or ranges of proxies, separated by commas: 127.0.0.1, 10.0.0.0/8, fd00::/8',
    (list) => namesIn(list).every(isAddressRange),
  ),
  XGPT_BASE_PATH: text(
    '',
    'must be a path such as /xgpt, of letters, digits, hyphens and underscores, without a slash at the end',
    (path) => /^(?:\/[A-Za-z0-9_-]+)+$/.test(path),
  ),
  XGPT_DATA_DIR: text(DATA_DIR),
  XGPT_IMPORTS_DIR: text(undefined),
  XGPT_DATABASE_URL: checked(postgresAddressProblem),
  XGPT_QUEUE_URL: checked(queueAddressProblem),
  XGPT_LOG_LEVEL: oneOf(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`, 'info'),
  XGPT_SAMPLE_PAGE_MS: whole(0, 60_000, 150),
  XGPT_SECRET_KEY: text(
    undefined,
    'must be 32 bytes as base64 or as 64 hexadecimal digits, as of: openssl rand -base64 32',
    (key) => secretKeyOf(key) !== undefined,
  ),
  XGPT_BLUESKY_URL: serviceUrl('https://public.api.bsky.app'),
  XGPT_X_URL: serviceUrl('https://x.com'),
  XGPT_X_API_URL: serviceUrl('https://api.x.com'),
  XGPT_X_GAP_MS: whole(0, 600_000, 6_000),
  XGPT_X_COST_PER_POST: number(0, 100, 0.005),
  XGPT_X_QUERY_IDS: text(
    '',
    'must be operations of X with their ids, such as UserTweets=N2tFDY-MlrLxXJ9F_ZxJGA',
    (ids) => QUERY_IDS.test(ids),
  ),
  // Read before all others, by `src/app/compiled/`; here it is checked.
  XGPT_CODE_CACHE: oneOf(['on', 'off'], 'on or off', 'on'),
  XGPT_MAX_UPLOAD_MB: whole(1, 1_000_000, 2048),
  XGPT_UPLOAD_IDLE_MS: whole(100, DAY_MS, 60_000),
  XGPT_MODEL_DIR: text(undefined, 'must be a folder that exists', existsSync),
  XGPT_MODEL_URL: text('', 'must be an https address, or http', (given) =>
    /^https?:$/.test(URL.parse(given)?.protocol ?? ''),
  ),
  XGPT_MODEL: text(
    '',
    'must be the name of a model at XGPT_MODEL_URL',
    (name) => name.length <= 100,
  ),
  XGPT_MODEL_DIMENSIONS: whole(1, 16_384, 1024),
  XGPT_MODEL_KEY: text('', 'must be the key for XGPT_MODEL_URL', (key) =>
    /^[\x21-\x7e]*$/.test(key),
  ),
  XGPT_MAX_CONNECTIONS: whole(1, 1_000_000, 20_000),
  XGPT_SCRAPE_CONCURRENCY: whole(1, MAX_AT_ONCE, 2),
  XGPT_SEARCH_CONCURRENCY: whole(1, MAX_AT_ONCE, 2),
  XGPT_DISCOVER_CONCURRENCY: whole(1, MAX_AT_ONCE, 2),
  XGPT_EMBED_CONCURRENCY: whole(1, MAX_AT_ONCE, 1),
  XGPT_MAX_WAITING: whole(1, 1_000_000, 10_000),
  XGPT_MAX_WAITING_PER_CLIENT: whole(1, 1_000_000, 5_000),
  XGPT_MAX_RESULT_KB: whole(1, 1_000_000, 1024),
  XGPT_LEASE_MS: whole(1_000, DAY_MS, 30_000),
  XGPT_CANCEL_GRACE_MS: whole(0, DAY_MS, 10_000),
  XGPT_DRAIN_MS: whole(0, DAY_MS, 2_000),
  XGPT_KEEP_FINISHED_HOURS: number(0, 87_600, 24),
  XGPT_PRIVATE_WEBHOOKS: oneOf(['on', 'off'], 'on or off', 'off'),
  XGPT_KEEP_AUDIT_DAYS: number(0, 3_650, 90),
  XGPT_AGENT_WAIT_MS: whole(0, 3_600_000, 30_000),
  XGPT_STOP_WITH_PARENT: oneOf(['on', 'off'], 'on or off', 'off'),
};

/** Variables that others read: clients, as docs/client.md shows, and the tests. */
const OTHERS = /^XGPT_(URL|TEST_\w+)$/;

type Settings = {
  [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name] extends Setting<infer Value>
    ? Value
    : never;
};

export interface Config {
  port: number;
  host: string;
  /** The token that clients need; absent if no authentication is required. */
  token: string | undefined;
  /** The token of clients that see everything and change nothing; absent if there are none. */
  readToken: string | undefined;
  /** Further host names of the server, in lower case. */
  hosts: string[];
  /** Addresses and CIDR ranges of the proxies whose `X-Forwarded-` headers are believed. */
  proxies: string[];
  /** The path under which browsers see the server, such as `/xgpt`; empty for the root of its host. */
  basePath: string;
  /** Absolute. */
  dataDir: string;
  /** The database of SQLite in the data folder; a replica of what PostgreSQL keeps, if that is used. */
  databasePath: string;
  /** The PostgreSQL database that keeps everything, with its password; absent when SQLite does. */
  databaseUrl: string | undefined;
  /** The server that hands out the jobs of that database, with its password; absent when none does. */
  queueUrl: string | undefined;
  /** Where personal archives are uploaded to or dropped into. */
  importsDir: string;
  /** Where fetched models are kept. */
  modelsDir: string;
  /** A folder of the user's own that holds the model; nothing is fetched then. */
  modelDir: string | undefined;
  /** The API that embeds instead of a model on this machine. */
  modelEndpoint: { url: string; model: string; dimensions: number; key?: string } | undefined;
  logLevel: LogLevel;
  /** Pause between two pages of the sample source, in ms. */
  samplePageMs: number;
  /** Seals credentials, 32 bytes; absent when the file is used. */
  secretKey: Uint8Array | undefined;
  /** The file with the key where the environment has none. */
  secretKeyPath: string;
  /** Addresses of the services, without a slash at the end. */
  blueskyUrl: string;
  xUrl: string;
  xApiUrl: string;
  /** Least time between two requests to the website of X, in ms. */
  xGapMs: number;
  /** What X's official API charges for a post, in US dollars. */
  xCostPerPost: number;
  /** Ids of X's operations in place of those of the scraper library, as given. */
  xQueryIds: string;
  maxUploadBytes: number;
  /** How long a client may send nothing in the middle of an upload, in ms. */
  uploadIdleMs: number;
  /** How many streams may be open at once. */
  maxConnections: number;
  /** How many jobs of a type run at once, where it differs from the type's own default. */
  concurrency: Record<string, number>;
  /** How many jobs may wait: of one type, and of one client. */
  maxWaiting: { perType: number; perClient: number };
  /** Maximum size of what a job returns, as JSON. */
  maxResultBytes: number;
  /** How long a job may go without a heartbeat before others take it over, in ms. */
  leaseMs: number;
  /** How long a cancelled handler may take to stop before it is fenced off, in ms. */
  cancelGraceMs: number;
  /** How long running handlers may take to stop at shutdown, in ms. */
  drainMs: number;
  /** How long finished jobs are kept, in ms. */
  keepFinishedMs: number;
  /** Whether webhooks may lead into a private network, or to this machine. */
  privateWebhooks: boolean;
  /** How long entries of the audit trail are kept, in ms. */
  keepAuditMs: number;
  /** How long an agent that knows no tasks waits for the end of a job it has started, in ms. */
  agentWaitMs: number;
  /** Whether to shut down when the process that started this one ends. */
  stopWithParent: boolean;
}

/** A setting has a value it cannot have; the message names it. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig';
}

/**
 * Reads the settings from the environment.
 * @throws InvalidConfig that names every setting with a bad value.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const { settings: s, problems } = readSettings(env);
  if (isOpenToAll(env)) {
    problems.push(
      `HOST: must be a loopback address such as 127.0.0.1, unless XGPT_TOKEN is set to a secret that visitors have to know (is "${env.HOST}")`,
    );
  }
  if (s.XGPT_DATA_DIR === DATA_DIR && IN_PACKAGE.test(DATA_DIR)) {
    problems.push(
      `XGPT_DATA_DIR: must be set, because xgpt is an installed package here. Set it to the data folder of your server`,
    );
  }
  // One that cannot be used counts as absent.
  if (problems.length === 0) problems.push(...conflictsOf(s));
  if (problems.length > 0) {
    throw new InvalidConfig(`These settings cannot be used:\n  ${problems.join('\n  ')}`);
  }
  return {
    port: s.PORT,
    host: s.HOST,
    token: s.XGPT_TOKEN,
    readToken: s.XGPT_READ_TOKEN,
    hosts: namesIn(s.XGPT_HOSTS),
    proxies: namesIn(s.XGPT_PROXIES),
    basePath: s.XGPT_BASE_PATH,
    ...placesOf(s),
    modelEndpoint: endpointOf(s),
    logLevel: s.XGPT_LOG_LEVEL,
    samplePageMs: s.XGPT_SAMPLE_PAGE_MS,
    secretKey: s.XGPT_SECRET_KEY ? secretKeyOf(s.XGPT_SECRET_KEY) : undefined,
    blueskyUrl: withoutSlash(s.XGPT_BLUESKY_URL),
    xUrl: withoutSlash(s.XGPT_X_URL),
    xApiUrl: withoutSlash(s.XGPT_X_API_URL),
    xGapMs: s.XGPT_X_GAP_MS,
    xCostPerPost: s.XGPT_X_COST_PER_POST,
    xQueryIds: s.XGPT_X_QUERY_IDS,
    maxUploadBytes: s.XGPT_MAX_UPLOAD_MB * 1024 * 1024,
    uploadIdleMs: s.XGPT_UPLOAD_IDLE_MS,
    maxConnections: s.XGPT_MAX_CONNECTIONS,
    concurrency: {
      scrape: s.XGPT_SCRAPE_CONCURRENCY,
      search: s.XGPT_SEARCH_CONCURRENCY,
      discover: s.XGPT_DISCOVER_CONCURRENCY,
      embed: s.XGPT_EMBED_CONCURRENCY,
    },
    maxWaiting: { perType: s.XGPT_MAX_WAITING, perClient: s.XGPT_MAX_WAITING_PER_CLIENT },
    maxResultBytes: s.XGPT_MAX_RESULT_KB * 1024,
    leaseMs: s.XGPT_DATABASE_URL && isBlank(env.XGPT_LEASE_MS) ? CLUSTER_LEASE_MS : s.XGPT_LEASE_MS,
    cancelGraceMs: s.XGPT_CANCEL_GRACE_MS,
    drainMs: s.XGPT_DRAIN_MS,
    ...keptAndTold(s),
    stopWithParent: s.XGPT_STOP_WITH_PARENT === 'on',
  };
}

/** Where things are kept. */
function placesOf(s: Settings) {
  const dataDir = resolve(s.XGPT_DATA_DIR);
  return {
    dataDir,
    databasePath: join(dataDir, s.XGPT_DATABASE_URL ? 'replica.sqlite' : 'xgpt.sqlite'),
    databaseUrl: s.XGPT_DATABASE_URL?.trim(),
    queueUrl: s.XGPT_QUEUE_URL?.trim(),
    importsDir: s.XGPT_IMPORTS_DIR ? resolve(s.XGPT_IMPORTS_DIR) : join(dataDir, 'imports'),
    modelsDir: join(dataDir, 'models'),
    modelDir: s.XGPT_MODEL_DIR && resolve(s.XGPT_MODEL_DIR),
    secretKeyPath: join(dataDir, 'secret.key'),
  };
}

/** How long things are kept, and whom webhooks may tell. */
function keptAndTold(
  s: Settings,
): Pick<Config, 'keepFinishedMs' | 'privateWebhooks' | 'keepAuditMs' | 'agentWaitMs'> {
  return {
    keepFinishedMs: s.XGPT_KEEP_FINISHED_HOURS * 3_600_000,
    privateWebhooks: s.XGPT_PRIVATE_WEBHOOKS === 'on',
    keepAuditMs: s.XGPT_KEEP_AUDIT_DAYS * DAY_MS,
    agentWaitMs: s.XGPT_AGENT_WAIT_MS,
  };
}

/** A blank text counts as absent. */
function readSettings(env: Record<string, string | undefined>) {
  const problems: string[] = [];
  const read = ([name, setting]: [string, Setting<unknown>]) => {
    const text = env[name];
    if (isBlank(text)) return [name, setting.default];
    const value = setting.read(text);
    if (value === undefined) {
      const rule = typeof setting.rule === 'string' ? setting.rule : setting.rule(text);
      problems.push(`${name}: ${rule}${SECRETS.has(name) ? '' : ` (is "${text}")`}`);
    }
    return [name, value];
  };
  const settings = Object.fromEntries(Object.entries(SETTINGS).map(read)) as Settings;
  return { settings, problems };
}

/** Whoever can reach the server could do everything. */
function isOpenToAll({ HOST, XGPT_TOKEN }: Record<string, string | undefined>): boolean {
  return !isBlank(HOST) && !isLoopback(HOST) && isBlank(XGPT_TOKEN);
}

function isBlank(text: string | undefined): text is undefined | '' {
  return text === undefined || text.trim() === '';
}

/**
 * Warnings about variables that look like settings and are none. A misspelt XGPT_TOKEN would leave
 * the server open.
 */
export function unknownSettings(env: Record<string, string | undefined> = process.env): string[] {
  const unknown = Object.keys(env).filter(
    (name) => /^XGPT_/i.test(name) && !Object.hasOwn(SETTINGS, name) && !OTHERS.test(name),
  );
  return unknown.map((name) => {
    const nearest = nearestName(name.toUpperCase(), Object.keys(SETTINGS));
    const advice = nearest
      ? `Did you mean ${nearest}?`
      : 'docs/configuration.md lists all settings.';
    return `There is no setting ${name}. ${advice}`;
  });
}

/** What a header cannot carry could be typed into the form and not sent by a program. */
function accessToken(): Setting<string | undefined> {
  const rule = 'must be at least 16 letters, digits and signs, without spaces';
  return text(undefined, rule, (token) => /^[!-~]{16,}$/.test(token));
}

/** Credentials are sent there: without encryption only within this machine. */
function serviceUrl(fallback: string): Setting<string> {
  const rule = 'must be an https address without a path or query, or http on this machine';
  return text(fallback, rule, (given) => {
    const url = URL.parse(given.trim());
    if (url?.pathname !== '/' || url.search || url.hash || url.username) return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  });
}

function withoutSlash(url: string): string {
  return url.trim().replace(/\/$/, '');
}

const KEY_BYTES = 32;

function secretKeyOf(text: string): Uint8Array | undefined {
  const typed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(typed)) return Buffer.from(typed, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(typed)) return undefined;
  const key = Buffer.from(typed, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

function endpointOf(s: {
  XGPT_MODEL_URL: string;
  XGPT_MODEL: string;
  XGPT_MODEL_DIMENSIONS: number;
  XGPT_MODEL_KEY: string;
}): Config['modelEndpoint'] {
  if (s.XGPT_MODEL_URL === '') return undefined;
  return {
    url: s.XGPT_MODEL_URL,
    model: s.XGPT_MODEL,
    dimensions: s.XGPT_MODEL_DIMENSIONS,
    ...(s.XGPT_MODEL_KEY && { key: s.XGPT_MODEL_KEY }),
  };
}
