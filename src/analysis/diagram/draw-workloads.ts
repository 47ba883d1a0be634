// Which workloads share namespaces, with each other and with the host.
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { keyOfNamespace, keyOfPlace } from '../listing/namespace-home.ts';
import { groupNamespaces, type NamespaceGroup } from '../listing/overview.ts';
import { DiagramDraft, type DraftBox, type DrawnGraph } from './draft.ts';

/**
 * A box for each group of the overview, and a line where two of them are in one namespace. What a group shares with the
 * host stands in its box: nearly all share something.
 */
export function drawWorkloads(index: SnapshotIndex, types: readonly NamespaceType[]): DrawnGraph {
  const draft = new DiagramDraft();
  const groups = groupNamespaces(index, types);
  const boxes = new Map<NamespaceGroup, DraftBox>();
  for (const [number, group] of groups.entries()) {
    const box = draft.box(String(number), group.home);
    boxes.set(group, box);
    box.processes = group.pids.length;
    for (const namespace of group.namespaces) draft.put(namespace, box);
  }
  for (const [group, box] of boxes)
    for (const { namespace, with: others, isListedThere } of group.shared)
      for (const other of isListedThere ? [] : others) {
        const to = boxes.get(other);
        if (to) draft.connect(box, to, { type: namespace.type, isMutual: true });
      }
  noteHost(boxes, types);
  return draft.finish();
}

function noteHost(boxes: ReadonlyMap<NamespaceGroup, DraftBox>, types: readonly NamespaceType[]): void {
  const [host, hostBox] = [...boxes].find(([{ home }]) => home.kind === 'host') ?? [];
  if (!host || !hostBox) return;
  const own = new Set(host.namespaces.map(keyOfNamespace));
  for (const [{ leader }, box] of boxes) {
    if (box === hostBox || !leader) continue;
    const shared = namespaceTypes.filter(
      (type) => (types.length === 0 || types.includes(type)) && own.has(keyOfPlace(leader, type) ?? ''),
    );
    if (shared.length > 0) box.hubs.push({ label: shared.join(' '), box: hostBox });
  }
}
