/** What begins a line: the time as stored, as a terminal prints it, or as a page shows it. */
const TIME =
  /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}|\d\d:\d\d:\d\d )/gm;

/** The lines of a log without their times. */
export function withoutTimes(text: string): string {
  return text.replace(TIME, '');
}
