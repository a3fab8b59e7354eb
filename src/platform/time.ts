/** A time as a form's field sends it, without a zone; it is taken as UTC. */
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/** Milliseconds since 1970 UTC; `undefined` for what is not a time. */
export function timeOf(text: string): number | undefined {
  const time = Date.parse(WITHOUT_ZONE.test(text) ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}
