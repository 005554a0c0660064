// Errors of Graft: every one names the value, the place and the remedy. Thrown everywhere, caught by callers and the CLI.

/** Stable codes, so that programs can tell errors apart without reading their text. */
export type ErrorCode =
  | 'invalid-argument'
  | 'invalid-shape'
  | 'invalid-dtype'
  | 'invalid-model'
  | 'unsupported-op'
  | 'unsupported-gradient'
  | 'invalid-data'
  | 'invalid-checkpoint'
  | 'not-finite'
  | 'device'
  | 'io'
  | 'aborted'
  | 'internal';

/** An error with a stable {@link ErrorCode}; `message` says what was wrong, where, and what to do about it. */
export class GraftError extends Error {
  override readonly name = 'GraftError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Throws a {@link GraftError}; usable where an expression is expected. */
export function fail(code: ErrorCode, message: string, options?: ErrorOptions): never {
  throw new GraftError(code, message, options);
}
