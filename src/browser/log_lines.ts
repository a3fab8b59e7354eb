import { countLines, logParts, MAX_LOG_LINES, newestLines } from '../text/log_parts.ts';

/** Somebody who reads further up keeps what they read for so many lines more. */
const MAX_WHILE_READING = 10_000;

/** As near to the end as this is at the end, in CSS pixels: zoomed pages have fractions of them. */
const AT_END_PX = 8;

interface Listeners {
  /** The oldest lines were taken away. */
  cut(): void;
  /** Whether the end is shown from now on. */
  following(isFollowing: boolean): void;
  /** Lines came or went. */
  changed(): void;
}

/** The lines of a log: what comes is written once a frame, however fast, and the oldest go. */
export class LogLines {
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
    element.addEventListener('scroll', () => this.#look(), { passive: true });
    // The end may leave the frame when the window becomes smaller.
    new ResizeObserver(() => this.#following && this.#showEnd()).observe(element);
  }

  /** Adds whole lines at the next frame. A page that nobody sees has none, so they are kept few. */
  write(text: string): void {
    if (this.#unwritten === '') requestAnimationFrame(() => this.#flush());
    this.#unwritten += text;
    if (this.#unwritten.length > 1024 * 1024) {
      this.#unwritten = newestLines(this.#unwritten, MAX_LOG_LINES);
      this.#listeners.cut();
    }
  }

  /** Shows the end, and what will be there. */
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
    part.textContent = text;
    this.#element.append(part);
    this.#count(part);
  }

  #count(part: Element): void {
    const size = countLines(part.textContent ?? '');
    this.#sizes.set(part, size);
    this.#size += size;
  }

  #trim(): void {
    const most = this.#following ? MAX_LOG_LINES : MAX_WHILE_READING;
    const surplus = this.#surplus(most);
    if (surplus.length === 0) return;
    const { scrollTop, scrollHeight } = this.#element;
    for (const part of surplus) part.remove();
    // What is being read stays where it is; the end is shown anyway.
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

  #look(): void {
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
