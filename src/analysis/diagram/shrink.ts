// Makes a drawing small enough to be read: what is near one thing, what is alike as one box, what all have in common in
// words, and no more boxes than a page takes.
import { append } from '../../model/collections/append.ts';
import { keyOfNamespace } from '../listing/namespace-home.ts';
import type { DiagramBox, DiagramLine } from './diagram.ts';
import type { DrawnGraph } from './draft.ts';

/** A box with more lines than this is a hub: nothing is near because both touch it. */
const maxLinesOfBox = 24;

/**
 * The boxes that are reached from the given ones by so many lines, in either direction and not through a hub.
 * @returns boxes in the order of their distance
 */
export function findNear({ lines }: DrawnGraph, from: readonly DiagramBox[], hops: number): DiagramBox[] {
  const next = new Map<DiagramBox, DiagramBox[]>();
  for (const { from, to } of lines) {
    append(next, from, to);
    append(next, to, from);
  }
  const seen = new Set(from);
  let edge: readonly DiagramBox[] = from;
  for (let hop = 0; hop < hops && edge.length > 0; hop++) {
    const reached: DiagramBox[] = [];
    for (const box of edge) {
      const others = next.get(box) ?? [];
      if (hop > 0 && others.length > maxLinesOfBox) continue;
      for (const other of others)
        if (!seen.has(other)) {
          seen.add(other);
          reached.push(other);
        }
    }
    edge = reached;
  }
  return [...seen];
}

/** Only these boxes, and the lines between them. */
export function keep({ lines }: DrawnGraph, boxes: readonly DiagramBox[]): DrawnGraph {
  const kept = new Set(boxes);
  return { boxes, lines: lines.filter(({ from, to }) => kept.has(from) && kept.has(to)) };
}

/** Boxes with many lines keep none: the others name them in words. */
export function nameHubs(graph: DrawnGraph, labelOf: (line: DiagramLine) => string): DrawnGraph {
  const counts = new Map<DiagramBox, number>();
  for (const { from, to } of graph.lines) for (const box of [from, to]) counts.set(box, (counts.get(box) ?? 0) + 1);
  const isHub = (box: DiagramBox): boolean => (counts.get(box) ?? 0) > maxLinesOfBox;
  const hubs = new Map<DiagramBox, DiagramBox['hubs'][number][]>();
  const rest: DiagramLine[] = [];
  for (const line of graph.lines) {
    const { from, to } = line;
    if (isHub(from) && !isHub(to)) append(hubs, to, { label: labelOf(line), box: from });
    else if (isHub(to) && !isHub(from)) append(hubs, from, { label: labelOf(line), box: to });
    else rest.push(line);
  }
  const named = new Map([...hubs].map(([box, more]) => [box, { ...box, hubs: [...box.hubs, ...more] }] as const));
  return replaceBoxes({ boxes: graph.boxes, lines: rest }, named);
}

/** @param replaced - undefined for a box that goes, with its lines */
export function replaceBoxes(graph: DrawnGraph, replaced: ReadonlyMap<DiagramBox, DiagramBox | undefined>): DrawnGraph {
  const current = (box: DiagramBox): DiagramBox | undefined => (replaced.has(box) ? replaced.get(box) : box);
  return {
    boxes: graph.boxes.flatMap((box) => current(box) ?? []),
    lines: graph.lines.flatMap((line) => {
      const [from, to] = [current(line.from), current(line.to)];
      return from && to ? [{ ...line, from, to }] : [];
    }),
  };
}

/** Which boxes have one of these namespaces. */
export function findBoxes({ boxes }: DrawnGraph, keys: ReadonlySet<string>): DiagramBox[] {
  return boxes.filter(({ namespaces }) => namespaces.some((one) => keys.has(keyOfNamespace(one))));
}
