import type { DuePreview } from '../../src/jobs/schedule.ts';
import { sentenceCase, zonedTime } from '../../src/text/schedule_text.ts';

/** When a repetition would be due, or why that cannot be told. */
export type PreviewProps = { due: DuePreview } | { problem: string };

/** "Every night at 03:00 (Europe/Berlin). The next runs:" and three times in that zone. */
export function DuePreviewNote(props: PreviewProps): JSX.Element {
  if ('problem' in props) {
    return (
      <p class="field-help" safe>
        {props.problem}
      </p>
    );
  }
  const { repeats, timeZone, dueAt } = props.due;
  return (
    <>
      <p safe>{`${sentenceCase(repeats)} (${timeZone}). The next runs:`}</p>
      <ol>
        {dueAt.map((at) => (
          <li>
            <time datetime={at.toISOString()} data-clock="fixed" safe>
              {zonedTime(at, timeZone)}
            </time>
          </li>
        ))}
      </ol>
    </>
  );
}
