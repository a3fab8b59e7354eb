const ALWAYS = 'pictures';

/**
 * Loads pictures. Those of archives are on this server and are loaded at once; a remote one, whose server
 * sees who looks, when the reader presses its button, or always if the reader has said so.
 */
export function watchPictures(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement && target.id === 'always-pictures')) return;
    keep(target.checked);
    if (target.checked) for (const button of buttons()) show(button);
  });
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest<HTMLElement>('.show-picture');
    if (button) show(button);
  });
  showAtOnce();
  // A list that was empty has been filled.
  document.addEventListener('htmx:afterSettle', showAtOnce);
}

function showAtOnce(): void {
  const box = document.querySelector<HTMLInputElement>('#always-pictures');
  if (box) box.checked = isAlways();
  for (const button of buttons()) {
    if (button.dataset.own) show(button, button.dataset.own);
    else if (isAlways() && !button.dataset.failed) show(button);
  }
}

/** Without the storage, which some browsers refuse, it holds until the page is left. */
function keep(isAlways: boolean): void {
  try {
    localStorage.setItem(ALWAYS, isAlways ? 'always' : '');
  } catch {
    // Nothing else can be done.
  }
}

/** Some browsers refuse the storage. */
function isAlways(): boolean {
  try {
    return localStorage.getItem(ALWAYS) === 'always';
  } catch {
    return false;
  }
}

const buttons = () => document.querySelectorAll<HTMLElement>('.show-picture');

function show(button: HTMLElement, url = button.dataset.remote): void {
  if (url === undefined) return;
  const picture = document.createElement('img');
  picture.alt = button.dataset.alt ?? '';
  picture.referrerPolicy = 'no-referrer';
  picture.loading = 'lazy';
  picture.decoding = 'async';
  picture.src = url;
  // An archive may lack the file: then the reader can still ask for the remote one.
  picture.addEventListener('error', () => {
    if (url === button.dataset.own) delete button.dataset.own;
    else fail(button);
    // Otherwise the keyboard would begin again at the top of the page.
    const isFocused = document.activeElement === picture;
    picture.replaceWith(button);
    if (isFocused) button.focus();
  });
  const hadFocus = document.activeElement === button;
  button.replaceWith(picture);
  if (!hadFocus) return;
  picture.tabIndex = -1;
  picture.focus();
}

function fail(button: HTMLElement): void {
  button.dataset.failed = 'true';
  button.textContent = 'The picture cannot be loaded. Try again';
}
