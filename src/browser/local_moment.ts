/**
 * Lets times be typed in the reader's own zone, which the server does not know: it takes them for UTC. The
 * label then names the zone, and what is sent is the same moment in UTC.
 */
export function watchMoments(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const input of document.querySelectorAll<HTMLInputElement>('input[data-moment]')) {
    showLocal(input);
    const name = input.labels?.[0]?.querySelector('[data-zone]');
    if (name) name.textContent = zone;
    input.form?.addEventListener('formdata', ({ formData }) => {
      const moment = momentOf(input.value);
      if (moment) formData.set(input.name, moment.toISOString());
    });
  }
}

/** What the page came with is UTC. What the browser has restored after a reload was typed by the reader. */
function showLocal(input: HTMLInputElement): void {
  const given = momentOf(input.defaultValue);
  // The browser writes it without the seconds where they are 0.
  if (!given || momentOf(input.value)?.getTime() !== given.getTime()) return;
  const moment = momentOf(`${input.value}Z`);
  if (moment) input.value = localText(moment);
}

function momentOf(text: string): Date | undefined {
  const moment = new Date(text);
  return text === '' || Number.isNaN(moment.getTime()) ? undefined : moment;
}

/** `2026-03-01T13:00`, as such a field holds it, with seconds where they are not 0. */
function localText(moment: Date): string {
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19).replace(/:00$/, '');
}
