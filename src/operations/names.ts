/** Whether it can be part of an address and the name of a command. */
export function isNamedLikeAType(name: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name);
}
