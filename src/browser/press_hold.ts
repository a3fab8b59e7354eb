import type { StreamUpdate } from './stream_messages.ts';
import { StreamReplay } from './stream_replay.ts';

/** On a touch screen the click comes a little after the finger is lifted, in ms. */
const CLICK_MS = 60;

/** A longer press is no click, in ms. */
const MAX_PRESS_MS = 1_500;

/**
 * Holds updates back while a button or link of the taskbar is pressed: a card that is added or
 * removed above would move it from under the pointer, and the press would end on another one.
 */
export function holdWhilePressed(
  take: (update: StreamUpdate) => void,
  signal: AbortSignal,
): (update: StreamUpdate) => void {
  let timer: Timer | undefined;
  let held: StreamReplay | undefined;
  let isOpen: StreamUpdate['open'] = false;

  document.addEventListener('pointerdown', hold, { signal, capture: true });
  document.addEventListener('pointerup', release, { signal, capture: true });
  document.addEventListener('pointercancel', release, { signal, capture: true });

  function hold(event: Event): void {
    if (!(event.target as Element).closest('#taskbar :is(a, button)')) return;
    held ??= new StreamReplay();
    endAfter(MAX_PRESS_MS);
  }

  function release(): void {
    if (held) endAfter(CLICK_MS);
  }

  function endAfter(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(end, ms);
  }

  function end(): void {
    const events = held?.events() ?? [];
    held = undefined;
    take({ open: isOpen, events });
  }

  return function takeOrHold(update): void {
    isOpen = update.open;
    if (held) for (const event of update.events) held.add(event);
    else take(update);
  };
}
