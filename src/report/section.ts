// What all sections of a report have in common. Extended by each kind in sections/.

/** A heading and what to know before reading on. */
export interface SectionHead {
  readonly title: string;
  /** One or two sentences below the heading. */
  readonly note?: string;
}
