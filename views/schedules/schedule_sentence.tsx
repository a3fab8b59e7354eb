import { inputSentence } from '../../src/operations/words.ts';
import type { Schedule } from '../../src/schedules/schedule.ts';

/** What each job would do, in the words of the form. */
export function ScheduleSentence({ schedule }: { schedule: Schedule }): JSX.Element {
  const { type, input, problem } = schedule;
  const words = problem === undefined ? inputSentence(type, input) : '';
  if (words === '') return '';
  return (
    <p class="schedule-what" safe>
      {words}
    </p>
  );
}
