/** Whether what is typed goes into the element. */
export function isField(element: Element): boolean {
  return element.matches('input:not([type=checkbox]), select, textarea');
}
