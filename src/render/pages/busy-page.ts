// What keeps a mount and its file system, and what releases them in which order.
import type { BusyRow } from '../../analysis/busy/find-rows.ts';
import type { BusySubject } from '../../analysis/busy/find-subject.ts';
import type { BusyAnswer, BusyVerdict } from '../../analysis/busy/judge-busy.ts';
import type { PlacedMount } from '../../analysis/busy/mount-forest.ts';
import type { ReleaseStep } from '../../analysis/busy/release-steps.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { type Palette, paintNamespaces } from '../words/colours.ts';
import { escapeText } from '../words/escape.ts';
import { cutText } from '../words/text-width.ts';
import { wrapText } from '../words/wrap-text.ts';
import { foldBusyRows } from './fold-busy-rows.ts';
import { alignRows } from './show-page.ts';

interface BusyPageOptions {
  readonly width: number | undefined;
  readonly palette: Palette;
  /** Of the block device, where there is one. */
  readonly deviceName: string | undefined;
}

interface VerdictOptions extends BusyPageOptions {
  /** The mount namespace of the mount that was asked about, which is not repeated. */
  readonly own: string | undefined;
}

/** Safe for a terminal. Rows are cut; commands never are. */
export function* formatBusyPage(
  subject: BusySubject,
  { unmount, fileSystem, unseen }: BusyAnswer & { readonly unseen: readonly string[] },
  given: BusyPageOptions,
): Generator<string> {
  const { width, palette, deviceName } = given;
  const [first] = subject.mounts;
  const options = { ...given, own: first && formatNamespace('mnt', first.namespace) };
  const name = deviceName === undefined ? subject.device : `/dev/${deviceName} (${subject.device})`;
  const nothing = unseen.length === 0 ? 'nothing keeps it' : 'nothing was seen that keeps it';
  for (const line of describeSubject(subject, name)) yield* wrapText(paintNamespaces(escapeText(line), palette), width);
  for (const note of subject.notes) yield* wrapText(escapeText(note), width);
  yield '';
  if (unmount === undefined) yield 'nothing of it is mounted here';
  else yield* formatVerdict(palette.strong(sayUnmount(unmount, subject.mounts, nothing)), unmount, options);
  yield '';
  const isSame = unmount?.verdict === 'busy' && sayCommands(unmount) === sayCommands(fileSystem);
  const title = palette.strong(sayFileSystem(fileSystem, subject, name, nothing));
  yield* formatVerdict(title, isSame ? { ...fileSystem, steps: [] } : fileSystem, options);
  if (isSame) yield '  the commands above free it as well';
}

function* describeSubject({ mounts, kind }: BusySubject, name: string): Generator<string> {
  if (kind === 'device' || mounts.length === 0) yield name;
  for (const { mount, namespace } of mounts)
    yield `${mount.mountPoint}: ${mount.fsType} ${kind === 'device' ? mount.device : name}, mount ${mount.oldId} in ${formatNamespace('mnt', namespace)}`;
}

function sayUnmount({ verdict, rows }: BusyVerdict, mounts: readonly PlacedMount[], nothing: string): string {
  const what = escapeText(mounts.map(({ mount }) => mount.mountPoint).join(', '));
  if (verdict === 'free') return `umount ${what}: ${nothing}`;
  if (verdict === 'refused') return `umount ${what}: refused, whatever uses it`;
  return `umount ${what}: busy, kept by ${countThings(rows.length)}`;
}

function sayFileSystem({ verdict, rows }: BusyVerdict, { mounts }: BusySubject, name: string, nothing: string): string {
  if (verdict === 'free') return `${name}: ${nothing}`;
  if (verdict === 'refused') return `${name}: in use as long as the mount namespace lasts that it is the root of`;
  if (rows.length === 0) return `${name}: in use by ${mounts.length === 1 ? 'this mount' : 'these mounts'} alone`;
  const besides = mounts.length === 0 ? '' : ' besides';
  return `${name}: in use, kept by ${countThings(rows.length)}${besides}`;
}

function sayCommands({ steps }: BusyVerdict): string {
  return JSON.stringify(steps);
}

function countThings(count: number): string {
  return count === 1 ? 'one thing' : `${count} things`;
}

function* formatVerdict(title: string, { rows, steps }: BusyVerdict, options: VerdictOptions): Generator<string> {
  yield title;
  yield* formatRows(rows, options);
  if (steps.length > 0) yield '  in this order:';
  let number = 1;
  for (const step of steps) yield* formatStep(step, number++, options.width);
}

function* formatRows(all: readonly BusyRow[], { width, palette, own }: VerdictOptions): Generator<string> {
  const folded = foldBusyRows(all);
  const rows = folded.slice(0, maxRows);
  const cells = rows.map(({ kind, pid, fd, what, path, workload, mountNamespace }) => [
    kind,
    pid === undefined ? '' : `${pid}`,
    fd === undefined ? '' : `${fd}`,
    cutPath(escapeText(path ?? ''), width),
    (kind === 'mount' || kind === 'mount-below') && mountNamespace !== own ? (mountNamespace ?? '') : '',
    escapeText(workload ?? ''),
    escapeText(what),
  ]);
  // Of what no row has nothing is shown.
  const filled = cells[0]?.map((_, i) => cells.some((row) => row[i] !== '')) ?? [];
  const lines = alignRows(cells.map((row) => row.filter((_, i) => filled[i])));
  for (const [i, line] of lines.entries()) {
    const cut = width === undefined ? line : cutText(line, Math.max(width - 2, 20), 'end');
    yield `  ${paintNamespaces(cut, palette)}`;
    const note = rows[i]?.note;
    if (note !== undefined) yield* indent(escapeText(note), 6, width);
  }
  if (folded.length > rows.length) yield `  … and ${folded.length - rows.length} more lines: --json has all`;
}

/** So that the columns after it have room. */
function cutPath(path: string, width: number | undefined): string {
  return width === undefined ? path : cutText(path, Math.max(Math.floor(width * maxPathShare), 20), 'middle');
}

const maxPathShare = 0.45;

/** As of the root directory of a host, which all processes keep. */
const maxRows = 100;

function* formatStep(
  { command, what, note }: ReleaseStep,
  number: number,
  width: number | undefined,
): Generator<string> {
  const label = `  ${number}. `;
  if (command === null) yield* indent(escapeText(note === undefined ? what : `${what}: ${note}`), 5, width, label);
  else {
    yield `${label}${escapeText(command)}`;
    // A plain umount says itself what it does.
    const words = [command.startsWith('umount ') ? undefined : what, note].filter((one) => one !== undefined);
    if (words.length > 0) yield* indent(escapeText(words.join('; ')), 9, width);
  }
}

function* indent(text: string, columns: number, width: number | undefined, first?: string): Generator<string> {
  const lines = wrapText(text, width === undefined ? undefined : Math.max(width - columns, 20));
  for (const [i, line] of lines.entries())
    yield `${i === 0 && first !== undefined ? first : ' '.repeat(columns)}${line}`;
}
