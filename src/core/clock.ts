// Time, as an argument: what measures takes a `Clock`, and the system's is only the default. Nothing that affects a result reads one.

/** Milliseconds since some fixed moment. */
export type Clock = () => number;

// biome-ignore lint/plugin: the one place where the library reads the system's clock.
export const systemClock: Clock = () => performance.now();

/** Milliseconds since 1970: what the times of files are compared with. */
// biome-ignore lint/plugin: as above.
export const wallClock: Clock = () => Date.now();
