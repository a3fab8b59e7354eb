/** A time as a form's field sends it, without a zone; it is taken as UTC. */
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/** The years 0 to 9999: a span before or after them could leave what a `Date` can hold. */
const RANGE = {
  from: Date.parse('0000-01-01T00:00:00Z'),
  to: Date.parse('9999-12-31T23:59:59.999Z'),
};

/** Milliseconds since 1970 UTC; `undefined` for what is not a time of the years 0 to 9999. */
export function timeOf(text: string): number | undefined {
  const time = Date.parse(WITHOUT_ZONE.test(text) ? `${text}Z` : text);
  return time >= RANGE.from && time <= RANGE.to ? time : undefined;
}
