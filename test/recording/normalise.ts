const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Values that differ between runs, and how they are recorded. */
const VARYING: [pattern: RegExp, recorded: string][] = [
  [/(\/assets\/[\w-]+)\.[0-9a-z]{16}(?=\.[a-z]+)/g, '$1.<hash>'],
  [/^retry: \d+$/gm, 'retry: <ms>'],
  [/^id: [0-9a-z]+-\d+$/gm, 'id: <boot>-<revision>'],
  [/^id: [0-9a-f]{16}$/gm, 'id: <hash>'],
  [/^id: [0-9a-f]{12}(-\d+){3}(--?\d+)?$/gm, 'id: <place>'],
  [/(xgpt_session=)[^;\s]+/g, '$1<session>'],
  // The file system sets the creation time of a file, and its clock is not frozen.
  [/("addedAt": )"[^"]+"/g, '$1"<time>"'],
  [/(kB<\/span> · added )<time [^>]*>[^<]*<\/time>/g, '$1<time>'],
  [/^(\S+\.zip +.*[\d.]+ kB +)\d.* UTC$/gm, '$1<time>'],
  [/xgpt-test-\w+/g, 'xgpt-test'],
  // The end of a job's id after its name.
  [/(<small class="mono muted">)[0-9a-f]{8}(?=<)/g, '$1<end of id>'],
  [/\bwh_[0-9a-f]{32}\b/g, 'wh_<id>'],
  [/\bwhsec_[A-Za-z0-9+/=]+/g, 'whsec_<secret>'],
];

/**
 * Makes a text equal on every run and machine. Ids are replaced by their names, or numbered in order
 * of occurrence. Times are kept, because the clock is frozen.
 * @param names id by name.
 */
export function normalised(text: string, names: ReadonlyMap<string, string>): string {
  let plain = text;
  for (const [name, id] of names) plain = plain.replaceAll(id, `{${name}}`);
  const others: string[] = [];
  plain = plain.replaceAll(new RegExp(UUID, 'g'), (id) => {
    if (!others.includes(id)) others.push(id);
    return `<id ${others.indexOf(id) + 1}>`;
  });
  return VARYING.reduce((done, [pattern, recorded]) => done.replaceAll(pattern, recorded), plain);
}

/** JSON with one value on each line and sorted keys. */
export function readableJson(text: string): string {
  return JSON.stringify(JSON.parse(text), inOrder, 2);
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Markup with a line break between adjacent tags. */
export function readableHtml(html: string): string {
  return html.replaceAll('><', '>\n<');
}

/** Server-sent events, with readable data. */
export function readableEvents(text: string): string {
  return readableHtml(text).replaceAll(
    /^data: (\{.*\})$/gm,
    (_, json: string) => `data: ${readableJson(json)}`,
  );
}
