interface TableHeadProps {
  columns: string[];
  /** Those of the columns whose cells are aligned as numbers. */
  numbers?: string[];
  /** Those that have only buttons, which a reader does not get. */
  changes?: string[];
}

/** The head of a table with one name for each column. */
export function TableHead({ columns, numbers = [], changes = [] }: TableHeadProps): JSX.Element {
  return (
    <thead>
      <tr>
        {columns.map((name) => (
          <th
            scope="col"
            class={numbers.includes(name) ? 'number' : undefined}
            data-changes={changes.includes(name) ? 'remove' : undefined}
            safe
          >
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
