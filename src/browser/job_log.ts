import { logLines } from '../text/log_lines.ts';
import { countLines, logParts, MAX_LOG_LINES, newestLines } from '../text/log_parts.ts';
import { FollowedLog, followLog } from './followed_log.ts';
import { lineElement, showLocalTimes } from './log_line.ts';
import { watchLogSearch } from './log_search.ts';

/** Most lines while the reader has scrolled up: what they read is not removed so soon. */
const MAX_LINES_WHILE_READING = 10_000;

/** Most text that waits for an animation frame, in characters. */
const MAX_UNWRITTEN = 1024 * 1024;

/** A distance from the end that counts as the end, in CSS pixels: zoomed pages have fractions. */
const AT_END_PX = 8;

/** Adds to the log of a job's page what is written, and keeps its end in view until the reader scrolls up. */
export function watchJobLog(): void {
  const log = document.getElementById('job-log');
  const element = document.getElementById('log-lines');
  if (!log || !element) return;
  showLocalTimes(element);
  const { job = '', position } = log.dataset;
  const lines = new LogLines(element, {
    cut: () => document.getElementById('log-cut')?.removeAttribute('hidden'),
    following: (isFollowing) =>
      document.getElementById('log-follow')?.toggleAttribute('hidden', isFollowing),
    changed: watchLogSearch(element),
  });
  document.getElementById('log-follow')?.addEventListener('click', () => lines.follow());
  const place = { job, position: Number(position) };
  followLog(new FollowedLog(place, (text) => lines.write(text)));
}

interface Listeners {
  /** The oldest lines were removed. */
  cut(): void;
  /** Whether the end stays in view from now on. */
  following(isFollowing: boolean): void;
  /** Lines were added or removed. */
  changed(): void;
}

/** The lines of a log. New ones are added once per animation frame, and the oldest are removed. */
class LogLines {
  #element: HTMLElement;
  #listeners: Listeners;
  #sizes = new WeakMap<Element, number>();
  #size = 0;
  #unwritten = '';
  #following = true;

  constructor(element: HTMLElement, listeners: Listeners) {
    this.#element = element;
    this.#listeners = listeners;
    for (const part of element.children) this.#count(part);
    this.#showEnd();
    element.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    // The end may leave the visible part when the window becomes smaller.
    new ResizeObserver(() => this.#following && this.#showEnd()).observe(element);
  }

  /** Adds whole lines at the next animation frame. A hidden page has none, so they are limited. */
  write(text: string): void {
    if (this.#unwritten === '') requestAnimationFrame(() => this.#flush());
    this.#unwritten += text;
    if (this.#unwritten.length > MAX_UNWRITTEN) {
      this.#unwritten = newestLines(this.#unwritten, MAX_LOG_LINES);
      this.#listeners.cut();
    }
  }

  /** Shows the end and keeps it in view. */
  follow(): void {
    this.#setFollowing(true);
    this.#trim();
    this.#showEnd();
    this.#element.focus({ preventScroll: true });
  }

  #flush(): void {
    for (const text of logParts(this.#unwritten)) this.#append(text);
    this.#unwritten = '';
    this.#trim();
    if (this.#following) this.#showEnd();
    this.#listeners.changed();
  }

  #append(text: string): void {
    const part = document.createElement('span');
    part.className = 'log-part';
    part.append(...logLines(text).map(lineElement));
    this.#element.append(part);
    this.#count(part);
  }

  #count(part: Element): void {
    const size = countLines(part.textContent ?? '');
    this.#sizes.set(part, size);
    this.#size += size;
  }

  #trim(): void {
    const most = this.#following ? MAX_LOG_LINES : MAX_LINES_WHILE_READING;
    const surplus = this.#surplus(most);
    if (surplus.length === 0) return;
    const { scrollTop, scrollHeight } = this.#element;
    for (const part of surplus) part.remove();
    // The reader's lines stay in place; the end is scrolled to anyway.
    if (!this.#following) {
      this.#element.scrollTop = scrollTop - (scrollHeight - this.#element.scrollHeight);
    }
    this.#listeners.cut();
  }

  #surplus(most: number): Element[] {
    const surplus: Element[] = [];
    for (const part of this.#element.children) {
      const size = this.#sizes.get(part) ?? 0;
      if (this.#size - size < most) break;
      this.#size -= size;
      surplus.push(part);
    }
    return surplus;
  }

  #scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#element;
    this.#setFollowing(scrollHeight - scrollTop - clientHeight <= AT_END_PX);
  }

  #setFollowing(value: boolean): void {
    if (value === this.#following) return;
    this.#following = value;
    this.#listeners.following(value);
  }

  #showEnd(): void {
    this.#element.scrollTop = this.#element.scrollHeight;
  }
}
