import { readScriptOptions } from '../../test/support/script_options.ts';

export interface Options {
  /** One short round of each measurement, to check that everything works. */
  quick: boolean;
  rounds: number;
  /** Names of measurements, of subjects, or `name/subject`; empty for all. */
  only: string[];
  /** How long each measurement may wait for a quiet machine, in seconds. */
  patience: number;
  /** File that gets each result as a line of JSON. */
  save: string | undefined;
  /** File of saved results to print instead of measuring. */
  from: string | undefined;
  /** The one measurement of this process, `name/subject`. */
  measure: string | undefined;
}

const USAGE = `Measures, and prints the results as Markdown:

    bun run bench [--quick] [--rounds 3] [--only drain10,finished] [--patience 60] [--save results.jsonl]
    bun run bench --from results.jsonl      prints saved results`;

export function readOptions(args = process.argv.slice(2)): Options {
  const { values } = readScriptOptions(USAGE, {
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      patience: { type: 'string', default: '0' },
      save: { type: 'string' },
      from: { type: 'string' },
      measure: { type: 'string' },
    },
  });
  return {
    ...values,
    only: values.only.flatMap((names) => names.split(',')),
    rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
    patience: Number(values.patience),
    save: values.save,
    from: values.from,
    measure: values.measure,
  };
}

/** `drain` selects `drain1`, `drain10` and `drain100`; `drain10` selects that one. */
export function isSelected(only: string[], name: string, subject: string): boolean {
  if (only.length === 0) return true;
  return only.some((part) =>
    [name, subject, `${name}/${subject}`, name.replace(/\d+$/, '')].includes(part),
  );
}
