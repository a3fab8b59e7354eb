/** The part of a job in the data of a `job` event, in which there is no other `div`; escaped text contains no `<`. */
const PART = /<div id="(live-.*?)".*?<\/div>/gs;

/**
 * The data of a `job` event without the jobs that a page does not show: more jobs progress than the taskbar
 * has cards, and htmx reports an error for each part that has no place.
 * @param isShown whether the page has the element with this id.
 */
export function shownOf(data: string, isShown: (id: string) => unknown): string {
  return data.replace(PART, (part, id) => (isShown(id) ? part : ''));
}
