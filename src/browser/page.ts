/** Where the line on top does not fit, its current page may be outside of what is seen. */
export function showCurrentPage(): void {
  const current = document.querySelector<HTMLElement>('.top nav [aria-current="page"]');
  const line = current?.closest('nav');
  if (!current || !line) return;
  line.scrollLeft =
    current.offsetLeft - line.offsetLeft - (line.clientWidth - current.offsetWidth) / 2;
}
