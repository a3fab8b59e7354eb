/** Whether two types are one and the same, not only fit for each other. */
export type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Does not compile for anything but `true`. */
export const isTrue = <_ extends true>() => true;
