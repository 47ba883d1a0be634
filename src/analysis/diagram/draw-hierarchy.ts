// Which namespaces lie below which: by owner, by parent, or by the processes that made them.
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { findAbove, type TreeKind } from '../graph/namespace-tree.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { keyOfNamespace } from '../listing/namespace-home.ts';
import type { NamespaceGroup } from '../listing/overview.ts';
import { groupNamespaces } from '../listing/overview.ts';
import { DiagramDraft, type DrawnGraph } from './draft.ts';

/** Only these types have a parent: namespaces(7). */
const withParents: readonly NamespaceType[] = ['user', 'pid'];

/**
 * A box for the namespaces of one group that lie below the same one, and a line from that one's box.
 * @param types - only namespaces of these types, and the user namespaces that own them; none stand for all
 */
export function drawHierarchy(index: SnapshotIndex, kind: TreeKind, types: readonly NamespaceType[]): DrawnGraph {
  const draft = new DiagramDraft();
  const groups = groupNamespaces(index, chooseTypes(kind, types));
  for (const [number, { home, namespaces }] of groups.entries())
    for (const namespace of namespaces) {
      const above = findAbove(namespace, index, kind);
      const isUnknown = kind !== 'process' && !isKnown(namespace[kind] ?? null);
      // By processes all of a group is one box, whatever each came from.
      const place = kind === 'process' ? '' : isUnknown ? '?' : above ? keyOfNamespace(above) : '';
      draft.put(namespace, draft.box(JSON.stringify([number, place]), home, isUnknown));
    }
  for (const { namespaces } of groups)
    for (const namespace of namespaces) {
      const above = findAbove(namespace, index, kind);
      const [from, to] = [above && draft.boxOf(above), draft.boxOf(namespace)];
      if (from && to) draft.connect(from, to, kind === 'process' ? { type: namespace.type } : {});
    }
  countProcesses(draft, groups);
  return draft.finish();
}

function chooseTypes(kind: TreeKind, types: readonly NamespaceType[]): readonly NamespaceType[] {
  if (kind === 'parent') return withParents.filter((type) => types.length === 0 || types.includes(type));
  return kind === 'owner' && types.length > 0 ? [...new Set<NamespaceType>(['user', ...types])] : types;
}

/** Those of a group are in the box with most of its namespaces, so that they are counted once. */
function countProcesses(draft: DiagramDraft, groups: readonly NamespaceGroup[]): void {
  for (const { namespaces, pids } of groups) {
    const counts = new Map<ReturnType<DiagramDraft['boxOf']>, number>();
    for (const namespace of namespaces) {
      const box = draft.boxOf(namespace);
      counts.set(box, (counts.get(box) ?? 0) + 1);
    }
    const [first] = [...counts].sort(([, a], [, b]) => b - a);
    if (first?.[0]) first[0].processes = pids.length;
  }
}
