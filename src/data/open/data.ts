// Data that was opened: a table, what is predicted from what, and which rows are for what. Made by `openData`, read by the plan and by reports.
import type { Labels } from '../labels.ts';
import type { Table } from '../table/table.ts';
import type { Inputs } from './roles.ts';
import type { Task } from './task.ts';

/** Something that a person should know about the data. */
export interface Finding {
  /** `warning` where it may spoil the result. */
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** Rows by what they are for. */
export interface Parts {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  /** Looked at once, at the end; may be empty. */
  readonly test: Int32Array;
}

/** Rows of which some belong together. */
export interface Grouped {
  /** For each row of the table the number of its group, such as its patient: of several rows of one, none is as good as a new one. Rows of no group have each their own. */
  readonly groups?: Int32Array | undefined;
}

/** Labelled data, ready to learn from. */
export interface Data extends Grouped {
  readonly name: string;
  /** Where it was read from. */
  readonly path: string;
  readonly format: string;
  readonly table: Table;
  readonly inputs: Inputs;
  readonly task: Task;
  /** For each row of the table. */
  readonly labels: Labels;
  /** Names of the columns that the labels were read from. */
  readonly labelColumns?: readonly string[];
  /** What stands between the labels of a row, where one text holds several. */
  readonly labelSeparator?: string;
  readonly parts: Parts;
  readonly findings: readonly Finding[];
}

/** Data to predict on: no labels are needed. */
export interface Unlabelled extends Grouped {
  readonly name: string;
  readonly table: Table;
  readonly inputs: Inputs;
  readonly findings: readonly Finding[];
}
