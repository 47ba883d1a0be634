// What came and went, and when: the lines of the file of events, and the times of directories. Pure.
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../model/snapshot/schema.ts';
import { escapeText } from '../../render/words/escape.ts';
import { keyOfNamespace } from '../tree/tree-places.ts';
import type { FeedChange, NamespaceLifetimeChange } from './snapshot-feed.ts';

/** What differs between two states: first what ended, then what is new. */
export function compareSnapshots(now: Snapshot, before: Snapshot, nowMs: number): NamespaceLifetimeChange[] {
  const old = new Map(before.namespaces.map((namespace) => [keyOfNamespace(namespace), namespace]));
  const created: Namespace[] = [];
  for (const namespace of now.namespaces) if (!old.delete(keyOfNamespace(namespace))) created.push(namespace);
  const at = new Date(nowMs).toISOString();
  const index = new SnapshotIndex(now);
  return [
    ...[...old.values()].map((namespace) => toChange('destroyed', namespace, at)),
    ...created.map((namespace) => ({ ...toChange('created', namespace, at), by: findLeader(namespace, index) })),
  ];
}

function toChange(kind: NamespaceLifetimeChange['kind'], namespace: Namespace, at: string): NamespaceLifetimeChange {
  const { type, inode, id } = namespace;
  return { kind, type, inode, id: isKnown(id) ? id : null, at, namespace };
}

function findLeader(
  { processes: { leader }, ownerUid }: Namespace,
  index: SnapshotIndex,
): NamespaceLifetimeChange['by'] {
  const process = leader === null ? undefined : index.process(leader);
  const whose = isKnown(ownerUid) ? { uid: ownerUid } : {};
  return process ? { ...whose, pid: process.pid, comm: process.comm } : whose;
}

/** One line, without its end. */
export function formatChange(change: FeedChange): string {
  if (change.kind === 'lost') return `${change.at} lost ${change.count ?? '?'}`;
  const { kind, type, inode, id, at, by } = change;
  const words = [at, kind, formatNamespace(type, inode)];
  if (id !== null) words.push(`id=${id}`);
  if (by?.uid !== undefined) words.push(`uid=${by.uid}`);
  if (by?.pid !== undefined) words.push(`pid=${by.pid}`);
  if (by?.comm !== undefined) words.push(`comm=${escapeText(by.comm)}`);
  return words.join(' ');
}

/** When namespaces came, as far as this mount saw it. */
export class Chronicle {
  readonly #startedAtMs: number;
  readonly #births = new Map<string, number>();
  readonly #changes = new Map<string, number>();

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  note(changes: readonly FeedChange[], nowMs: number): void {
    for (const change of changes) {
      if (change.kind === 'lost' || !change.namespace) continue;
      this.#changes.set(change.type, nowMs);
      if (change.kind === 'created') this.#births.set(keyOfNamespace(change.namespace), nowMs);
      else this.#births.delete(keyOfNamespace(change.namespace));
    }
  }

  /** What is older than the mount has the age of the mount, unless something has held it open for longer. */
  birthOf(namespace: Namespace): number {
    const { openSince } = namespace;
    return openSince === undefined
      ? (this.#births.get(keyOfNamespace(namespace)) ?? this.#startedAtMs)
      : Date.parse(openSince);
  }

  /** When the last one of a type came or went. */
  changeOf(directory: string): number {
    return this.#changes.get(directory) ?? this.#startedAtMs;
  }
}
