/** A value as JSON has it: times are ISO 8601 texts. */
export type AsSent<Value> = Value extends Date
  ? string
  : Value extends (infer Item)[]
    ? AsSent<Item>[]
    : Value extends object
      ? { [Name in keyof Value]: AsSent<Value[Name]> }
      : Value;
