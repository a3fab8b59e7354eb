interface TableHeadProps {
  columns: string[];
  /** Those of the columns whose cells are aligned as numbers. */
  numbers?: string[];
}

/** The head of a table with one name for each column. */
export function TableHead({ columns, numbers = [] }: TableHeadProps): JSX.Element {
  return (
    <thead>
      <tr>
        {columns.map((name) => (
          <th scope="col" class={numbers.includes(name) ? 'number' : undefined} safe>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
