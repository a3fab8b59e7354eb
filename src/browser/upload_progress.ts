import { bytes, estimate } from '../text/format.ts';
import { onRequest } from './htmx_events.ts';

interface ProgressDetail {
  elt: HTMLElement;
  loaded: number;
  total: number;
  lengthComputable: boolean;
}

/** When the upload of a form began, in ms of `performance.now()`. */
const begun = new WeakMap<HTMLElement, number>();

/** Shows in a form with `data-upload` how far its upload is, and lets it be cancelled. */
export function watchUploads(): void {
  document.addEventListener('htmx:xhr:progress', (event) => {
    const { elt, loaded, total } = (event as CustomEvent<ProgressDetail>).detail;
    // htmx reports the answer's download under the same name; it is shorter than the file.
    if (total < fileSize(elt)) return;
    const elapsedMs = performance.now() - (begun.get(elt) ?? performance.now());
    show(elt, loaded, total, uploadStatus(loaded, total, elapsedMs));
  });
  onRequest('beforeSend', ({ elt }) => {
    begun.set(elt, performance.now());
    show(elt, 0, 1, '');
  });
  onRequest('afterRequest', ({ elt }) => {
    const progress = progressOf(elt);
    if (progress) progress.hidden = true;
  });
  onRequest('sendAbort', ({ elt, target }) => {
    if (progressOf(elt)) target.replaceChildren(cancelledNote());
  });
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element) || !target.matches('[data-upload-cancel]')) return;
    const elt = target.closest('form');
    // htmx 2.0.11 fails without a detail.
    elt?.dispatchEvent(new CustomEvent('htmx:abort', { bubbles: true, detail: { elt } }));
  });
}

function cancelledNote(): HTMLElement {
  const note = document.createElement('p');
  note.className = 'result';
  note.setAttribute('role', 'status');
  note.textContent = 'The upload was cancelled. Nothing was stored.';
  return note;
}

/**
 * "42 % · 210 MB of 500 MB · 38 MB/s · about 8 s left"; when all is sent, what the server does then.
 * @param elapsedMs since the upload began.
 */
export function uploadStatus(loaded: number, total: number, elapsedMs: number): string {
  if (loaded >= total) return 'Sent. Checking the archive…';
  const parts = [`${Math.floor((loaded / total) * 100)} %`, `${bytes(loaded)} of ${bytes(total)}`];
  if (elapsedMs >= MEASURED_MS && loaded > 0) {
    const perMs = loaded / elapsedMs;
    parts.push(`${bytes(perMs * 1_000)}/s`, `about ${estimate((total - loaded) / perMs)} left`);
  }
  return parts.join(' · ');
}

/** A rate over a shorter time says little, in ms. */
const MEASURED_MS = 1_000;

function show(form: HTMLElement, loaded: number, total: number, status: string): void {
  const progress = progressOf(form);
  const bar = progress?.querySelector('progress');
  const text = progress?.querySelector('[data-upload-status]');
  if (!progress || !bar || !text) return;
  bar.max = total;
  bar.value = loaded;
  text.textContent = status;
  progress.hidden = false;
}

function progressOf(form: HTMLElement): HTMLElement | null {
  return form.matches('[data-upload]') ? form.querySelector('.upload-progress') : null;
}

function fileSize(form: HTMLElement): number {
  return form.querySelector<HTMLInputElement>('input[type="file"]')?.files?.[0]?.size ?? 0;
}
