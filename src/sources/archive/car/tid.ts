const DIGITS = '234567abcdefghijklmnopqrstuvwxyz';
const FORMAT = /^[2-7a-j][2-7a-z]{12}$/;

/**
 * When a TID was made: the AT Protocol's ids that sort by time, of 13 digits in base 32: microseconds
 * since 1970, and 10 bits that tell clocks apart.
 * @returns undefined for a text that is no TID.
 */
export function timeOfTid(text: string): Date | undefined {
  if (!FORMAT.test(text)) return undefined;
  let microseconds = 0;
  for (const digit of text.slice(0, 11)) {
    microseconds = microseconds * 32 + DIGITS.indexOf(digit);
  }
  return new Date(Math.floor(microseconds / 1000));
}
