import { POST, REPOST } from './addresses.ts';
import { quotedAddress } from './embed.ts';
import type { Item, Repository } from './repository.ts';

/**
 * The account's own posts that some of its items quote or repost, by address. Of other people's posts an
 * export has the address alone.
 */
export function originalsOf(
  items: Item[],
  records: ReadonlyMap<Item, unknown>,
  repository: Repository,
): Map<string, Item> {
  const originals = new Map<string, Item>();
  const prefix = `at://${repository.did}/${POST}/`;
  for (const item of items) {
    const address = targetOf(records.get(item), item);
    if (!address?.startsWith(prefix)) continue;
    const original = findPost(repository.items, address.slice(prefix.length));
    if (original) originals.set(address, original);
  }
  return originals;
}

function targetOf(record: unknown, { collection }: Item): string | undefined {
  const fields = Object(record);
  const address = collection === REPOST ? fields.subject?.uri : quotedAddress(fields.embed);
  return typeof address === 'string' ? address : undefined;
}

/** A binary search: items are in descending order of their keys. */
function findPost(items: Item[], rkey: string): Item | undefined {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle] as Item).rkey > rkey) low = middle + 1;
    else high = middle;
  }
  // A repost may have the same key.
  const found = items.slice(low, low + 2).filter((item) => item.rkey === rkey);
  return found.find(({ collection }) => collection === POST);
}
