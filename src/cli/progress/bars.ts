import type { WriteStream } from 'node:tty';
import { isRunning, type Job, type Wait } from '../../jobs/index.ts';
import { count } from '../../text/format.ts';
import { print, printError } from '../output.ts';
import { endLine, jobLine } from './job_line.ts';
import { LiveLines } from './live_lines.ts';
import type { Reporter, Waits } from './reporter.ts';

/** A line with a bar for each job, followed by its children. */
export class Bars implements Reporter {
  #lines: LiveLines;

  constructor(
    terminal: WriteStream,
    private readonly waits: Waits,
  ) {
    this.#lines = new LiveLines(terminal);
  }

  async show(jobs: Job[]): Promise<void> {
    const now = new Date();
    const { rows } = this.#lines;
    const waitOf = await this.waits(jobs, now);
    const lines = familiesOf(jobs).map((row) => this.#line(row, waitOf(row.job), now));
    if (lines.length <= rows) this.#lines.draw(lines);
    else {
      const hidden = lines.length - rows + 1;
      this.#lines.draw([...lines.slice(0, rows - 1), `  … and ${count(hidden)} more`]);
    }
  }

  ended(job: Job): void {
    this.say(endLine(job));
  }

  say(text: string): void {
    this.#lines.clear();
    printError(text);
  }

  print(text: string): void {
    this.#lines.clear();
    print(text);
  }

  close(): void {
    this.#lines.clear();
  }

  #line({ job, indent }: Row, wait: Wait, now: Date): string {
    const { ratePerSecond: perSecond, stalledSince } = job;
    const view = { job, ...wait, perSecond, stalledSince };
    return indent + jobLine(view, now, this.#lines.columns - indent.length);
  }
}

interface Row {
  job: Job;
  indent: string;
}

/** Each job, followed by those of its children that are running or have failed. */
function familiesOf(jobs: Job[]): Row[] {
  const ids = new Set(jobs.map(({ id }) => id));
  const isChild = ({ parentId }: Job) => parentId !== undefined && ids.has(parentId);
  return jobs
    .filter((job) => !isChild(job))
    .flatMap((parent) => [
      { job: parent, indent: '' },
      ...jobs
        .filter(({ parentId, status }) => {
          return parentId === parent.id && (isRunning(status) || status === 'failed');
        })
        .map((job) => ({ job, indent: '  ' })),
    ]);
}
