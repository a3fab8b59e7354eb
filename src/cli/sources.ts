import { existsSync } from 'node:fs';
import { appData, closeAppData } from '../app/app_data.ts';
import { makeDataFolder } from '../app/data_folder.ts';
import {
  CredentialsNotAccepted,
  connectionOf,
  createConnections,
  createManager,
  createSecretKey,
  InvalidConnection,
  methodNamed,
  type RecordSourceChange,
  type SourceManager,
} from '../connections/index.ts';
import { type Config, loadConfig } from '../platform/config.ts';
import { openDatabase } from '../platform/database.ts';
import type { CredentialField } from '../sources/connection.ts';
import { createSources } from '../sources/index.ts';
import { NotFound } from '../sources/source.ts';
import type { MethodState, SourceState } from '../sources/source_state.ts';
import { sourceTitle } from '../text/format.ts';
import { budgetWords, sourceLine, sourceTable } from '../text/source_text.ts';
import { openCollected } from './collected.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { print, printError, quietLog, write } from './output.ts';
import { Prompt } from './prompt.ts';
import { readPipedValues } from './source_values.ts';
import { terminalRecorder } from './terminal_recorder.ts';

export interface SourceOptions {
  json?: boolean;
}

export interface SetOptions extends SourceOptions {
  method?: string;
}

export async function listSources({ json }: SourceOptions): Promise<void> {
  const sources = await withManager((manager) => manager.list());
  if (json) for (const source of sources) print(JSON.stringify(source));
  else write(sourceTable(sources, process.stdout.isTTY && process.stdout.columns));
}

/** @returns the exit code: 1 when the test did not pass. */
export async function testSource(name: string, options: SourceOptions): Promise<number> {
  const source = await withManager((manager) => manager.test(name), { name });
  show(source, options);
  return exitOf(source);
}

/** Reads the values from the terminal or from standard input, never from arguments. */
export async function setSource(name: string, options: SetOptions): Promise<number> {
  const source = await withManager(
    async (manager, record) => {
      const { connection } = await manager.read(name);
      const methods = connection?.methods ?? [];
      const values = process.stdin.isTTY
        ? await ask(methods, options.method)
        : readPipedValues(await Bun.stdin.text(), methods, options.method);
      const fields = { ...(options.method && { method: options.method }), ...values };
      return manager.connect(name, fields, record);
    },
    { name, writes: true },
  );
  show(source, options);
  return exitOf(source);
}

export async function removeSource(name: string, options: SourceOptions): Promise<void> {
  show(await withManager((manager, record) => manager.disconnect(name, record), { name }), options);
}

export async function setBudget(
  name: string,
  typed: string | undefined,
  { reset = false, ...options }: SourceOptions & { reset?: boolean },
): Promise<void> {
  const posts = typed === undefined ? undefined : Number(typed);
  if (typed !== undefined && !/^\d{1,9}$/.test(typed)) {
    throw new CommandFailed('[posts] must be a whole number, 0 or more.', EXIT.usage);
  }
  const changes = typed !== undefined || reset;
  const source = await withManager(
    (manager, record) => manager.budget(name, { posts, reset }, record),
    { name, writes: changes },
  );
  const budget = source.connection?.budget;
  if (options.json || !budget) show(source, options);
  else print(`${sourceTitle(source)}: ${budgetWords(budget)}`);
}

function show(source: SourceState, { json }: SourceOptions): void {
  print(json ? JSON.stringify(source) : `${sourceTitle(source)}: ${sourceLine(source)}`);
}

function exitOf({ connection }: SourceState): number {
  return connection?.test?.outcome === 'passed' ? EXIT.completed : EXIT.failed;
}

interface ManagerOptions {
  /** The source it is about. */
  name?: string;
  /** Whether the data folder may be created. */
  writes?: boolean;
}

async function withManager<Result>(
  work: (manager: SourceManager, record: RecordSourceChange) => Promise<Result>,
  { name, writes = false }: ManagerOptions = {},
): Promise<Result> {
  quietLog();
  const config = loadConfig();
  if (name !== undefined) requireSource(config, name);
  if (writes) makeDataFolder(config);
  const hasData = existsSync(config.dataDir) || config.databaseUrl !== undefined;
  const db = hasData
    ? (await (writes ? appData : openCollected)(config)).db
    : openDatabase(':memory:');
  const connections = createConnections({ db, secretKey: createSecretKey(config) });
  const sources = createSources({ ...config, live: connections });
  try {
    return await work(createManager(sources, connections), terminalRecorder(db));
  } catch (error) {
    throw asFailure(error);
  } finally {
    if (hasData) await closeAppData(config);
    else db.close();
  }
}

/** Before anything is created. */
function requireSource(config: Config, name: string): void {
  try {
    connectionOf(createSources(config), name);
  } catch (error) {
    throw asFailure(error);
  }
}

function asFailure(error: unknown): unknown {
  if (error instanceof NotFound) return new CommandFailed(error.message, EXIT.notFound);
  if (error instanceof CredentialsNotAccepted) {
    return new CommandFailed(`Nothing was stored. ${error.message}`, EXIT.failed);
  }
  if (!(error instanceof InvalidConnection)) return error;
  const words = error.message.replace(/^Method(?= must )/, '--method');
  return new CommandFailed(`Nothing was stored. ${words}`, EXIT.usage);
}

type AskedField = Pick<CredentialField, 'name' | 'label' | 'help' | 'secret' | 'default'>;

async function ask(
  methods: MethodState[],
  named: string | undefined,
): Promise<Record<string, string>> {
  using prompt = new Prompt();
  let name = named;
  if (name === undefined && methods.length > 1) {
    for (const method of methods) printError(`${method.name}: ${method.label}. ${method.help}`);
    name = await prompt.ask('Method', false);
  }
  const method = methodNamed({ methods }, name);
  if (methods.length === 1) printError(method.help);
  const values: Record<string, string> = { method: method.name };
  for (const field of method.fields) values[field.name] = await askField(prompt, field);
  return values;
}

function askField(prompt: Prompt, field: AskedField): Promise<string> {
  const notes = [field.help, field.default && `Default: ${field.default}`].filter(Boolean);
  if (notes.length > 0) printError(notes.join(' '));
  return prompt.ask(field.label, field.secret);
}
