// From a snapshot to a diagram that can be read: of the whole, or of what is near one thing.
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Network } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import type { Diagram, DiagramBox, DiagramLine, DiagramView } from './diagram.ts';
import type { DrawnGraph } from './draft.ts';
import { drawHierarchy } from './draw-hierarchy.ts';
import { drawWiring } from './draw-wiring.ts';
import { drawWorkloads } from './draw-workloads.ts';
import { foldAlike } from './fold-alike.ts';
import { findBoxes, findNear, keep, nameHubs } from './shrink.ts';

/** What of a snapshot is drawn. */
export interface DiagramRequest {
  readonly view: DiagramView;
  /** Of the wiring: the networks of the snapshot. */
  readonly networks?: readonly Network[];
  /** Only namespaces of these types, and what they lie below; none stand for all. */
  readonly types: readonly NamespaceType[];
  /** Keys of namespaces (keyOfNamespace) whose neighbourhood is drawn; undefined for the whole. */
  readonly around: ReadonlySet<string> | undefined;
  /** How many lines away from these. */
  readonly hops: number;
  readonly maxBoxes: number;
  /** More boxes that are alike than these are one. */
  readonly maxAlike: number;
}

/** What is not drawn is counted, never left out silently. */
export function drawDiagram(index: SnapshotIndex, request: DiagramRequest): Diagram {
  const { view, around, hops, maxBoxes, maxAlike } = request;
  const whole = drawWhole(index, request);
  const meant = around ? findBoxes(whole, around) : [];
  const near = keep(whole, around ? findNear(whole, meant, hops) : [...whole.boxes].sort(hostFirst));
  const folded = foldAlike(near, maxAlike, new Set(meant));
  const shown = nameHubs(keep(folded, folded.boxes.slice(0, maxBoxes)), labelLine);
  return { view, ...shown, leftOut: count(folded.boxes.slice(maxBoxes)) };
}

function drawWhole(index: SnapshotIndex, { view, types, networks = [] }: DiagramRequest): DrawnGraph {
  if (view === 'workload') return drawWorkloads(index, types);
  return view === 'wiring' ? drawWiring(index, networks) : drawHierarchy(index, view, types);
}

/** So many wires between two are named. */
const maxLabels = 3;

/** What a line says: wires by their ends, else the types, where they are not all that stand in the box. */
export function labelLine({ types, labels, to, isMutual }: DiagramLine): string {
  if (labels.length > maxLabels)
    return `${labels.slice(0, maxLabels).join(', ')} and ${labels.length - maxLabels} more`;
  if (labels.length > 0) return labels.join(', ');
  const isAll = !isMutual && to.namespaces.every(({ type }) => types.includes(type));
  return isAll ? '' : types.join(' ');
}

function hostFirst({ home: a }: DiagramBox, { home: b }: DiagramBox): number {
  return Number(b.kind === 'host') - Number(a.kind === 'host');
}

function count(boxes: readonly DiagramBox[]): Diagram['leftOut'] {
  const all = boxes.flatMap((box) => [box, ...box.folded]);
  return { boxes: all.length, namespaces: all.reduce((sum, { namespaces }) => sum + namespaces.length, 0) };
}
