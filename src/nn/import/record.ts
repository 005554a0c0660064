// What is known of a model that was read from a file: kept with it, shown by `inspect`.

/** A tensor that does not train. */
export interface ConstantInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly why: string;
}

/** A parameter that several places share. */
export interface Tie {
  readonly name: string;
  /** Nodes that use it. */
  readonly nodes: readonly string[];
}

/** Parameters that were one tensor in the file because they had equal values. */
export interface Merge {
  /** Its name in the file. */
  readonly name: string;
  /** What it became: a parameter or running statistic for each place. */
  readonly names: readonly string[];
}

/** An op that no gradient passes. */
export interface Barrier {
  readonly op: string;
  readonly node: string;
  readonly why: string;
}

/** What was found in a file, and what was made of it. */
export interface ImportRecord {
  /** Stored tensors that do not train, and why. */
  readonly constants: readonly ConstantInfo[];
  /** Parameters that several places share. */
  readonly ties: readonly Tie[];
  /** Tensors that were merged because their values were equal, and were given back to each place. */
  readonly merges: readonly Merge[];
  /** Ops that no gradient passes. */
  readonly barriers: readonly Barrier[];
  /** What else should be known. */
  readonly notes: readonly string[];
}
