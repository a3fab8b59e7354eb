import { CommandFailed, EXIT } from './exit.ts';

/** How many ids are named when several match. */
const MAX_NAMED = 5;

/** The fewest characters of an id to type: fewer match too much, and an empty variable all. */
const MIN_TYPED = 4;

/** What has the ids, and the command that lists it: "job", "xgpt jobs list". */
interface Words {
  noun: string;
  list: string;
}

/**
 * The one id that is, begins or ends with `part`.
 * @param like the ids that do, at most as many as asked for; only the one that is `part`, if there is one.
 * @throws CommandFailed when none or several match, or `part` is too short.
 */
export async function findId(
  part: string,
  like: (part: string, limit: number) => Promise<string[]>,
  { noun, list }: Words,
): Promise<string> {
  if (part.length < MIN_TYPED) throw tooShort(part);
  const ids = await like(part, MAX_NAMED);
  const [id] = ids;
  if (id === undefined) {
    const message = `There is no ${noun} with the id "${part}". Run ${list} to see the ${noun}s.`;
    throw new CommandFailed(message, EXIT.notFound);
  }
  if (ids.length === 1) return id;
  const named = `${ids.join(', ')}${ids.length === MAX_NAMED ? ' …' : ''}`;
  throw new CommandFailed(
    `"${part}" matches several ${noun}s. Type more of one of these ids: ${named}`,
    EXIT.usage,
  );
}

/** The same among things that are all read. */
export async function findAmong<Item extends { id: string }>(
  part: string,
  items: readonly Item[],
  words: Words,
): Promise<Item> {
  const like = async (typed: string, limit: number) => {
    const exact = items.filter(({ id }) => id === typed);
    const matching = items.filter(({ id }) => id.startsWith(typed) || id.endsWith(typed));
    return (exact.length > 0 ? exact : matching).slice(0, limit).map(({ id }) => id);
  };
  const found = await findId(part, like, words);
  return items.find(({ id }) => id === found) as Item;
}

function tooShort(part: string): CommandFailed {
  return new CommandFailed(
    `"${part}" is too short. Type at least ${MIN_TYPED} characters of the beginning or end of an id.`,
    EXIT.usage,
  );
}
