/** Closes the navigation's menu when someone clicks outside of it, leaves it, or presses Escape. */
export function watchMenu(): void {
  const menu = document.querySelector<HTMLDetailsElement>('.top .menu');
  if (!menu) return;
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  });
  menu.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
}
