// What a check of `graft doctor` finds.

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `note`: works, but not as well as it could. */
  readonly state: 'ok' | 'note' | 'broken';
  /** For people: what was found, and what to do about it. */
  readonly text: string;
  /** For programs: the same in numbers. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Does a check; what it throws is what is broken. */
export async function checked(name: string, check: () => Promise<Omit<Check, 'name'>> | Omit<Check, 'name'>): Promise<Check> {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    return { name, state: 'broken', text: (error as Error).message, facts: {} };
  }
}
