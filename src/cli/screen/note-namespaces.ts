// Says below a listing of namespaces what single rows do not tell.
import { nameUnnumbered } from '../../analysis/graph/inferred-places.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findThreadsElsewhere } from '../../analysis/graph/threads-elsewhere.ts';
import type { Target } from '../../analysis/target/target-error.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import type { NamespaceRow } from '../../render/columns/namespace-row.ts';
import { type RemarkOptions, writeRemark } from './output.ts';

/** Of a process that was asked for: whose namespaces stand among its own. */
export function noteThreads(target: Target | undefined, { snapshot }: SnapshotIndex, options: RemarkOptions): void {
  if (target?.kind !== 'process') return;
  const told = findThreadsElsewhere(target.process, snapshot).flatMap(({ thread, links }) => {
    const where = links
      .filter(({ link, type }) => link === type)
      .map(({ type, inode }) => formatNamespace(type, inode));
    return where.length > 0 ? [`its thread ${thread.tid} (${thread.comm}) is in ${where.join(' ')}`] : [];
  });
  const [first] = told;
  if (first === undefined) return;
  const rest = told.length > 1 ? `; ${told.length - 1} more threads: nscope show ${target.process.pid}` : '';
  writeRemark(`of these ${first}${rest}`, options);
}

/** So many of those without a number are named. */
const maxUnnumbered = 3;

/** What has no number may be what is listed a second time, with one. */
export function noteUnnumbered(
  unnumbered: Snapshot['unnumbered'],
  rows: readonly NamespaceRow[],
  options: RemarkOptions,
): void {
  const shown = new Set(rows.map(({ namespace }) => namespace.inode));
  const told = unnumbered.flatMap(({ type, number, mayBe = [] }) => {
    const listed = mayBe.filter((inode) => shown.has(inode));
    const row = rows.find(({ namespace }) => namespace.type === type && namespace.number === number);
    if (!row || listed.length === 0) return [];
    const which = listed.length === 1 ? formatNamespace(type, listed[0] ?? 0) : `one of ${listed.length} with a number`;
    return [`${type} ~${nameUnnumbered(number)} may be ${which}`];
  });
  if (told.length === 0) return;
  const rest = told.length > maxUnnumbered ? ` and ${told.length - maxUnnumbered} more likewise` : '';
  writeRemark(`${told.slice(0, maxUnnumbered).join(', ')}${rest}: no process was seen in those`, options);
}
