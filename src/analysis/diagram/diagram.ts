// What is drawn: boxes and lines between them, whatever the drawing is written in.
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { ListedNamespace } from '../graph/inferred-places.ts';
import type { NamespaceHome } from '../listing/namespace-home.ts';

/** What a diagram can show. */
export const diagramViews = ['owner', 'parent', 'process', 'workload', 'wiring'] as const;
/** What a diagram can show. */
export type DiagramView = (typeof diagramViews)[number];

/** Whether a word is one of diagramViews. */
export function isDiagramView(word: string): word is DiagramView {
  return (diagramViews as readonly string[]).includes(word);
}

/** Namespaces that belong together: those of one group of the overview that lie below the same one. */
export interface DiagramBox {
  /** Tells it from the others of the diagram, the same for the same snapshot: a key and no text to be shown. */
  readonly key: string;
  readonly home: NamespaceHome;
  /** By type, then by inode number. */
  readonly namespaces: readonly ListedNamespace[];
  /** Whether it lies below something, and nobody could read below what. */
  readonly isAboveUnknown: boolean;
  /** How many processes are in it, where the view tells; 0 as well where no process is. */
  readonly processes: number;
  /** What is to be said of it besides; not yet safe to show. */
  readonly notes: readonly string[];
  /** What it lies below and is a hub, so that no line leads there: the label of that line, and the box. */
  readonly hubs: readonly DiagramHub[];
  /** Boxes of the same kind and shape, below the same ones, that this one stands for besides itself. */
  readonly folded: readonly DiagramBox[];
}

/** A box in words where a line would lead to what all have in common. */
export interface DiagramHub {
  readonly label: string;
  readonly box: DiagramBox;
}

/** `from` owns, is the parent of, or comes before `to`; in the view of workloads both share a namespace, in that of the wiring links connect them. */
export interface DiagramLine {
  readonly from: DiagramBox;
  readonly to: DiagramBox;
  /** Of which types, where that is not the same for all. */
  readonly types: readonly NamespaceType[];
  /** Of wires the names of the links at both ends; not yet safe to show. */
  readonly labels: readonly string[];
  /** Whether it goes both ways: what is shared. */
  readonly isMutual: boolean;
}

export interface Diagram {
  readonly view: DiagramView;
  readonly boxes: readonly DiagramBox[];
  readonly lines: readonly DiagramLine[];
  /** How many boxes are not drawn, there being too many, and the namespaces in these. */
  readonly leftOut: { readonly boxes: number; readonly namespaces: number };
}
