// The tree of processes as lines, with a line where it crosses into other namespaces.

import type { Crossing, ProcessTreeRow } from '../../analysis/graph/process-tree.ts';
import { describeCommand, describeUser } from '../../analysis/release/command.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { type Palette, paintNamespaces } from '../words/colours.ts';
import { escapeText } from '../words/escape.ts';
import { cutText, measureWidth } from '../words/text-width.ts';
import { wrapText } from '../words/wrap-text.ts';

interface ProcessTreeOptions {
  /** Columns of the terminal; undefined for no limit. */
  readonly width: number | undefined;
  readonly header: boolean;
  readonly palette: Palette;
  readonly users: Readonly<Record<string, string>>;
}

const gap = '  ';
const longestUser = 10;

/** Namespaces of a border stand beside the branches, and this much is always left for them. */
const narrowest = 24;

/** The lines of the tree: PID, the PID in a nested pid namespace, user, and the command below its parent's. */
export function* formatProcessTree(rows: readonly ProcessTreeRow[], options: ProcessTreeOptions): Generator<string> {
  const { width, palette } = options;
  const columns = measureColumns(rows, options);
  const left = columns.total;
  if (options.header) yield palette.strong(`${formatLeft(['PID', 'NSPID', 'USER'], columns)}COMMAND`);
  for (const row of rows) {
    const room = width === undefined ? undefined : width - left;
    for (const line of formatBorder(row, room, palette)) yield ' '.repeat(left) + line;
    const { process, prefix } = row;
    const text = describeRow(row);
    const shown = room === undefined ? text : cutText(text, Math.max(1, room - measureWidth(prefix)), 'end');
    yield formatLeft(describeLeft(process, options), columns) + palette.faint(prefix) + shown;
  }
}

interface Columns {
  readonly pid: number;
  /** 0 where no process is in a nested pid namespace. */
  readonly nspid: number;
  readonly user: number;
  readonly total: number;
}

function measureColumns(rows: readonly ProcessTreeRow[], options: ProcessTreeOptions): Columns {
  let [pid, nspid, user] = options.header ? [3, 0, 4] : [0, 0, 0];
  for (const { process } of rows) {
    const [pidText, nspidText, userText] = describeLeft(process, options);
    pid = Math.max(pid, pidText.length);
    if (nspidText !== '') nspid = Math.max(nspid, options.header ? 5 : 0, nspidText.length);
    user = Math.max(user, measureWidth(userText));
  }
  const total = pid + gap.length + (nspid > 0 ? nspid + gap.length : 0) + user + gap.length;
  return { pid, nspid, user, total };
}

function describeLeft(process: Process, { users }: ProcessTreeOptions): [string, string, string] {
  return [
    String(process.tid),
    process.pids.length > 1 ? String(process.pids.at(-1)) : '',
    cutText(escapeText(describeUser(users, process.uid)), longestUser, 'end'),
  ];
}

function formatLeft([pid, nspid, user]: readonly [string, string, string], columns: Columns): string {
  const cells = [pid.padStart(columns.pid)];
  if (columns.nspid > 0) cells.push(nspid.padStart(columns.nspid));
  cells.push(user + ' '.repeat(columns.user - measureWidth(user)));
  return cells.join(gap) + gap;
}

function describeRow({ process, foldedKernelThreads }: ProcessTreeRow): string {
  if (process.tid !== process.pid) return `{${escapeText(process.comm)}}`;
  const command = escapeText(describeCommand(process));
  if (foldedKernelThreads === 0) return command;
  return `${command} and ${foldedKernelThreads} kernel threads where it is`;
}

/** The border stands on the branch that leads to the process, above it; what does not fit goes on below. */
function formatBorder({ border, prefix }: ProcessTreeRow, room: number | undefined, palette: Palette): string[] {
  if (border.length === 0) return [];
  const lead = prefix.slice(0, -2);
  const width = room === undefined ? undefined : Math.max(narrowest, room - measureWidth(lead) - 3);
  const lines = wrapText(border.map(formatCrossing).join(' '), width);
  const marks = prefix === '' ? ['══ ', '   '] : ['╪═ ', '│  '];
  return lines.map((line, i) => palette.faint(lead + (marks[i === 0 ? 0 : 1] ?? '')) + paintNamespaces(line, palette));
}

/** A question mark where the parent's namespace is not known: the border may also lie further up. */
function formatCrossing({ type, inode, certain }: Crossing): string {
  return formatNamespace(type, inode) + (certain ? '' : '?');
}
