// Says below a listing of namespaces what single rows do not tell.
import { nameUnnumbered } from '../../analysis/graph/inferred-places.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findThreadsElsewhere } from '../../analysis/graph/threads-elsewhere.ts';
import type { Target } from '../../analysis/target/target-error.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import type { NamespaceRow } from '../../render/columns/namespace-row.ts';
import { escapeText } from '../../render/words/escape.ts';
import { writeNote } from './output.ts';

/** Of a process that was asked for: whose namespaces stand among its own. */
export function noteThreads(target: Target | undefined, { snapshot }: SnapshotIndex): void {
  if (target?.kind !== 'process') return;
  for (const { thread, links } of findThreadsElsewhere(target.process, snapshot)) {
    const where = links
      .filter(({ link, type }) => link === type)
      .map(({ type, inode }) => formatNamespace(type, inode));
    if (where.length > 0)
      writeNote(`nscope: of these its thread ${thread.tid} (${escapeText(thread.comm)}) is in ${where.join(' ')}`);
  }
}

/** What has no number may be what is listed a second time, with one. */
export function noteUnnumbered(unnumbered: Snapshot['unnumbered'], rows: readonly NamespaceRow[]): void {
  const shown = new Set(rows.map(({ namespace }) => namespace.inode));
  for (const { type, number, mayBe = [] } of unnumbered) {
    const listed = mayBe.filter((inode) => shown.has(inode));
    const row = rows.find(({ namespace }) => namespace.type === type && namespace.number === number);
    if (!row || listed.length === 0) continue;
    const which = listed.length === 1 ? formatNamespace(type, listed[0] ?? 0) : `one of ${listed.length} with a number`;
    writeNote(`nscope: ${type} ~${nameUnnumbered(number)} may be ${which}, in which no process was seen`);
  }
}
