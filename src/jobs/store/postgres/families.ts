/** What is read of a job whose children are changed with it. */
interface Member {
  id: string;
  key: number;
  parent_id: string | null;
}

/** The children of each parent, oldest first. */
export function childrenByParent<Row extends Member>(rows: Row[]): Map<string, Row[]> {
  const sorted = rows.toSorted((a, b) => a.key - b.key);
  return Map.groupBy(sorted, ({ parent_id }) => parent_id ?? '');
}

/**
 * The job and its children, each followed by its own. They are taken out of `members`, so that nobody
 * is in two families.
 */
export function familyOf<Row extends Member>(
  id: string,
  members: Map<string, Row>,
  children: ReadonlyMap<string, Row[]>,
): Row[] {
  const row = members.get(id);
  if (!row) return [];
  members.delete(id);
  const rest = (children.get(id) ?? []).flatMap((child) => familyOf(child.id, members, children));
  return [row, ...rest];
}
