// Several NumPy arrays in a zip file: those of one length are columns, `y` or `labels` the label; `x_train`, `y_train`, `x_test` ... are parts. Called through
// `formats`.
import { fail } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import { zipEntries } from '../archives/zip-entries.ts';
import { firstEntry } from '../archives/zip-head.ts';
import { arrayName } from '../arrays/array-names.ts';
import { type NpyArray, npyArray } from '../arrays/npy-array.ts';
import { NPY_HEAD, type NpyHeader, npyHeader } from '../arrays/npy-header.ts';
import type { FileInput } from '../reading/file-input.ts';
import { defineFormat, type Part, type RowBatch } from '../reading/format.ts';

/** Rows handed on at once take about so many bytes, and are no more than so many. */
const [BATCH_BYTES, BATCH] = [2 ** 22, 1000];
/** All arrays are in memory at once. */
const MOST_BYTES = 2 ** 32;
const MOST_IN_ONE = 2 ** 31 - 1;

export const npz = defineFormat({
  name: 'npz',
  about: 'NumPy arrays in one file (np.savez): X and y, or x_train, y_train, x_test, y_test',
  extensions: ['.npz'],
  sniff: (head) => firstEntry(head)?.endsWith('.npy') === true,
  options: defineOptions({}),
  async read(input, _options, { signal }) {
    const members = await membersOf(input);
    const groups = groupsOf(members, input.path);
    const used = new Set(groups.flatMap(({ columns }) => columns.map(({ member }) => member)));
    const shown = (list: readonly Member[]) => list.map(({ name, header }) => `${name} [${header.shape.join(', ')}] ${header.type}`).join(', ');
    const left = members.filter((member) => !used.has(member));
    return {
      facts: { arrays: shown([...used]), ...(left.length > 0 && { 'arrays of other lengths': `${shown(left)}, passed over` }) },
      rows: groups.reduce((sum, { rows }) => sum + rows, 0),
      label: groups.some(({ columns }) => columns.some(({ column }) => column === 'label')) ? 'label' : undefined,
      batches: batches(),
    };

    async function* batches(): AsyncGenerator<RowBatch, void, void> {
      for (const { part, rows, columns } of groups) {
        const read = columns.map(({ member, array }) => ({ array, bytes: array.inRowOrder(member.bytes.subarray(member.header.start)) }));
        const rowBytes = read.reduce((sum, { array }) => sum + array.rowBytes, 0);
        const count = Math.max(1, Math.min(BATCH, Math.floor(BATCH_BYTES / rowBytes)));
        for (let row = 0; row < rows; row += count) {
          if (signal?.aborted) fail('aborted', 'Reading was stopped.');
          const end = Math.min(row + count, rows);
          const cells = read.map(({ array, bytes }) => array.cells(bytes.subarray(row * array.rowBytes, end * array.rowBytes)));
          const batch = Array.from({ length: end - row }, (_, i) => cells.map((column) => column[i] ?? null));
          yield { columns: columns.map(({ column }) => column), rows: batch, part };
        }
      }
    }
  },
});

/** An array of the file. */
interface Member {
  readonly name: string;
  /** For errors. */
  readonly place: string;
  readonly header: NpyHeader;
  readonly bytes: Uint8Array;
}

/** Arrays that are columns of the same rows. */
interface Group {
  readonly part?: Part | undefined;
  readonly rows: number;
  readonly columns: readonly { readonly column: string; readonly member: Member; readonly array: NpyArray }[];
}

async function membersOf(input: FileInput): Promise<Member[]> {
  const entries = (await zipEntries(input)).filter(({ kind, path }) => kind === 'file' && path.endsWith('.npy'));
  if (entries.length === 0) fail('invalid-data', `"${input.path}" holds no NumPy array; \`np.savez\` makes such files.`);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > MOST_BYTES)
    fail(
      'invalid-data',
      `"${input.path}" unpacks to ${total} bytes, too many to be held in memory; save each array as .npy, which is read piece by piece.`,
    );
  const members: Member[] = [];
  for (const entry of entries) {
    const place = `${input.path}/${entry.path}`;
    const bytes = await entry.bytes(MOST_IN_ONE);
    members.push({ name: entry.path.slice(0, -'.npy'.length), place, header: npyHeader(bytes.subarray(0, NPY_HEAD), place), bytes });
  }
  return members;
}

/** The arrays of each part; of all, where the labels are not divided. */
function groupsOf(members: readonly Member[], path: string): Group[] {
  const named = members.map((member) => ({ member, ...arrayName(member.name) }));
  const isWhole = named.some(({ part, column }) => part === undefined && column === 'label') || named.every(({ part }) => part === undefined);
  if (isWhole)
    return [
      groupOf(
        named.map(({ member, part, column }) => ({ member, column: part ? member.name : column })),
        undefined,
        path,
      ),
    ];
  const parts: readonly Part[] = ['train', 'validation', 'test'];
  return parts.flatMap((part) => {
    const own = named.filter((one) => one.part === part);
    return own.length > 0 ? [groupOf(own, part, path)] : [];
  });
}

/** As many rows as there are labels, or as the largest array has. */
function groupOf(named: readonly { readonly member: Member; readonly column: string }[], part: Part | undefined, path: string): Group {
  const label = named.find(({ column }) => column === 'label')?.member;
  const largest = named.reduce((most, one) => (one.member.bytes.length > most.member.bytes.length ? one : most)).member;
  const rows = (label ?? largest).header.shape[0];
  const own = named.filter(({ member }) => member.header.shape[0] === rows && rows !== undefined);
  if (rows === undefined || (label && own.length === 1 && named.length > 1)) {
    const shown = named.map(({ member }) => `"${member.name}" [${member.header.shape.join(', ')}]`).join(', ');
    return fail('invalid-data', `"${path}": no array has as many rows as there are labels: ${shown}; save arrays whose first sizes are the same.`);
  }
  const columns = own.map(({ member, column }) => {
    const isLabel = member === label;
    return {
      column: isLabel || column !== 'label' ? column : member.name,
      member,
      array: npyArray(flat(member.header, isLabel), member.bytes.length, member.place),
    };
  });
  return { part, rows, columns };
}

/** Labels are often stored `[rows, 1]`. */
function flat(header: NpyHeader, isLabel: boolean): NpyHeader {
  const [rows, width] = header.shape;
  return isLabel && header.shape.length === 2 && rows !== undefined && width === 1 ? { ...header, shape: [rows] } : header;
}
