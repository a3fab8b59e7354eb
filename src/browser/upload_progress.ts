import { onRequest } from './htmx_events.ts';

interface ProgressDetail {
  elt: HTMLElement;
  loaded: number;
  total: number;
  lengthComputable: boolean;
}

/** Shows the progress of an upload in the bar of a form with `data-upload`. */
export function watchUploads(): void {
  document.addEventListener('htmx:xhr:progress', (event) => {
    const { elt, loaded, total } = (event as CustomEvent<ProgressDetail>).detail;
    const bar = barOf(elt);
    // htmx reports the answer's download under the same name; it is shorter than the file.
    if (!bar || total < fileSize(elt)) return;
    bar.max = total;
    bar.value = loaded;
  });
  onRequest('beforeSend', ({ elt }) => {
    const bar = barOf(elt);
    if (!bar) return;
    bar.value = 0;
    bar.hidden = false;
  });
  onRequest('afterRequest', ({ elt }) => {
    const bar = barOf(elt);
    if (bar) bar.hidden = true;
  });
}

function barOf(elt: HTMLElement): HTMLProgressElement | null {
  return elt.matches('[data-upload]') ? elt.querySelector('progress') : null;
}

function fileSize(elt: HTMLElement): number {
  return elt.querySelector<HTMLInputElement>('input[type="file"]')?.files?.[0]?.size ?? 0;
}
