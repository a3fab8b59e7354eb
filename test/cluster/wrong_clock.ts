/** Preloaded into a node whose clock is wrong by `XGPT_TEST_CLOCK_MS`. */
const offset = Number(process.env.XGPT_TEST_CLOCK_MS ?? 0);
const RightDate = Date;

class WrongDate extends RightDate {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(RightDate.now() + offset);
    else super(given[0]);
  }

  static override now(): number {
    return RightDate.now() + offset;
  }
}

globalThis.Date = WrongDate as DateConstructor;
