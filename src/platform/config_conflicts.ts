/** Settings of which some need others. */
interface Depending {
  XGPT_TOKEN: string | undefined;
  XGPT_READ_TOKEN: string | undefined;
  XGPT_MODEL_URL: string;
  XGPT_MODEL: string;
  XGPT_DATABASE_URL: string | undefined;
  XGPT_QUEUE_URL: string | undefined;
}

/** What is wrong with settings that are right each by itself. */
export function conflictsOf(s: Depending): string[] {
  return [
    ...readTokenConflicts(s.XGPT_TOKEN, s.XGPT_READ_TOKEN),
    ...endpointConflicts(s.XGPT_MODEL_URL, s.XGPT_MODEL),
    ...queueConflicts(s.XGPT_QUEUE_URL, s.XGPT_DATABASE_URL),
  ];
}

/** Whoever may read would be able to do everything. */
function readTokenConflicts(token: string | undefined, readToken: string | undefined): string[] {
  if (readToken === undefined) return [];
  if (token === undefined)
    return ['XGPT_READ_TOKEN: needs XGPT_TOKEN, because without it nobody needs a token'];
  return token === readToken ? ['XGPT_READ_TOKEN: must differ from XGPT_TOKEN'] : [];
}

function endpointConflicts(url: string, model: string): string[] {
  if (url === '' || model !== '') return [];
  return ['XGPT_MODEL: must be set to the name of a model at XGPT_MODEL_URL'];
}

function queueConflicts(queue: string | undefined, database: string | undefined): string[] {
  if (queue === undefined || database !== undefined) return [];
  return ['XGPT_QUEUE_URL: needs XGPT_DATABASE_URL, because SQLite needs no queue server'];
}
