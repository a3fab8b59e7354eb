/** The list in the column `errors`, which is kept as JSON, with one more. */
export const withError = (error: string) => `
  CASE errors WHEN '[]' THEN '[' ELSE left(errors, -1) || ',' END || to_json(${error})::text || ']'`;
