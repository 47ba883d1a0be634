// Which network namespaces links connect: a box for each, and a line for the wires between two of them.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Network } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { keyOfNamespace } from '../listing/namespace-home.ts';
import { groupNamespaces } from '../listing/overview.ts';
import { type WiredLink, type WireEnd, wireLinks } from '../wiring/wires.ts';
import { DiagramDraft, type DraftBox, type DrawnGraph } from './draft.ts';

/** @param networks - those of the snapshot */
export function drawWiring(index: SnapshotIndex, networks: readonly Network[]): DrawnGraph {
  const draft = new DiagramDraft();
  const boxes = new Map<number, DraftBox>();
  for (const { home, namespaces, pids } of groupNamespaces(index, ['net']))
    for (const namespace of namespaces) {
      const box = draft.box(keyOfNamespace(namespace), home);
      draft.put(namespace, box);
      // Of several network namespaces of one group nothing tells which process is in which.
      if (namespaces.length === 1) box.processes = pids.length;
      if (isKnown(namespace.inode)) boxes.set(namespace.inode, box);
    }
  for (const { inode, links } of networks) if (!isKnown(links)) boxes.get(inode)?.notes.push('its links are not known');
  for (const wired of wireLinks(networks)) {
    const box = boxes.get(wired.inode);
    if (box) for (const end of wired.ends) drawEnd(draft, box, wired, end, boxes);
  }
  return draft.finish();
}

function drawEnd(
  draft: DiagramDraft,
  box: DraftBox,
  { inode, link }: WiredLink,
  end: WireEnd,
  boxes: ReadonlyMap<number, DraftBox>,
): void {
  const { name, index } = link;
  if (end.role === 'device') box.notes.push(`${name}: ${end.device ?? ''}`);
  if (end.role !== 'peer' && end.role !== 'below' && end.role !== 'made-in') return;
  if (!isKnown(end.inode)) {
    box.notes.push(`${name}: leads to a namespace that is not known`);
    return;
  }
  if (end.inode === inode) return;
  const other = boxes.get(end.inode);
  if (!other) {
    box.notes.push(`${name}: leads to net:[${end.inode}], which was not seen`);
    return;
  }
  // Both ends of a pair know each other, and are one wire.
  if (end.role === 'peer' && end.link && isSecond([inode, index], [end.inode, end.link.index])) return;
  const words = end.link ? `${name} - ${end.link.name}` : end.role === 'made-in' ? `${name}, made in` : name;
  draft.connect(box, other, { label: words, isMutual: true });
}

function isSecond(
  [inode, index]: readonly [number, number],
  [otherInode, otherIndex]: readonly [number, number],
): boolean {
  return inode > otherInode || (inode === otherInode && index > otherIndex);
}
