// Many boxes that look the same but for their names, as one: with all that lies below them.
import { append } from '../../model/collections/append.ts';
import type { DiagramBox } from './diagram.ts';
import type { DrawnGraph } from './draft.ts';
import { replaceBoxes } from './shrink.ts';

/**
 * Where more boxes than `max` below the same one are alike, the first stands for all of them: of one kind and engine, with
 * the same types of namespaces, and with what is alike below them. Boxes with several lines that lead there, or that share
 * something, stay by themselves.
 * @param spared - boxes that stay by themselves, and those above them
 */
export function foldAlike(graph: DrawnGraph, max: number, spared: ReadonlySet<DiagramBox>): DrawnGraph {
  const forest = new Forest(graph, spared);
  const folded = new Map<DiagramBox, DiagramBox[]>();
  const gone = new Set<DiagramBox>();
  for (const siblings of forest.siblings()) {
    const alike = new Map<string, DiagramBox[]>();
    for (const box of siblings) {
      const shape = gone.has(box) ? undefined : forest.shapeOf(box);
      if (shape !== undefined) append(alike, shape, box);
    }
    for (const [first, ...others] of alike.values())
      if (first && others.length >= max)
        for (const other of others)
          for (const [box, twin] of forest.pair(first, other)) {
            append(folded, box, twin);
            gone.add(twin);
          }
  }
  const replaced = new Map<DiagramBox, DiagramBox | undefined>([...gone].map((box) => [box, undefined]));
  // What had others folded into it before it was folded itself hands them on.
  for (const [box, twins] of folded)
    if (!gone.has(box))
      replaced.set(box, { ...box, folded: twins.flatMap((twin) => [twin, ...(folded.get(twin) ?? [])]) });
  return replaceBoxes(graph, replaced);
}

/** The boxes with one line at most that leads to them, and their shapes, from the lowest up. */
class Forest {
  readonly #graph: DrawnGraph;
  readonly #below = new Map<DiagramBox, DiagramBox[]>();
  readonly #above = new Map<DiagramBox, DiagramBox | undefined>();
  readonly #linesTo = new Map<DiagramBox, string>();
  readonly #shapes = new Map<DiagramBox, string>();
  readonly #words = new Map<string, string>();

  constructor(graph: DrawnGraph, spared: ReadonlySet<DiagramBox>) {
    this.#graph = graph;
    const tangled = new Set(spared);
    for (const { from, to, types, isMutual } of graph.lines) {
      if (isMutual || this.#above.has(to)) for (const box of [from, to]) tangled.add(box);
      this.#above.set(to, from);
      this.#linesTo.set(to, types.join(' '));
      append(this.#below, from, to);
    }
    for (const box of this.#listFromBelow(tangled)) {
      if (tangled.has(box) || box.home.kind === 'host') {
        const above = this.#above.get(box);
        if (above) tangled.add(above);
      } else this.#shapes.set(box, this.#describe(box));
    }
  }

  shapeOf(box: DiagramBox): string | undefined {
    return this.#shapes.get(box);
  }

  /** Boxes below the same one, and those below none; the upper ones first. */
  *siblings(): Generator<readonly DiagramBox[]> {
    yield this.#graph.boxes.filter((box) => this.#above.get(box) === undefined);
    for (const box of this.#graph.boxes) yield this.#below.get(box) ?? [];
  }

  /** Two boxes that are alike, and what is below them, box by box. */
  *pair(one: DiagramBox, other: DiagramBox): Generator<readonly [DiagramBox, DiagramBox]> {
    const stack: (readonly [DiagramBox, DiagramBox])[] = [[one, other]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      yield top;
      const [a, b] = top.map((box) => this.#sortBelow(box));
      for (const [place, box] of (a ?? []).entries()) {
        const twin = b?.[place];
        if (twin) stack.push([box, twin]);
      }
    }
  }

  #sortBelow(box: DiagramBox): DiagramBox[] {
    const shapeOf = (one: DiagramBox): string => this.#shapes.get(one) ?? '';
    return [...(this.#below.get(box) ?? [])].sort((a, b) =>
      shapeOf(a) < shapeOf(b) ? -1 : Number(shapeOf(a) > shapeOf(b)),
    );
  }

  #describe(box: DiagramBox): string {
    const { home, namespaces, hubs, processes, isAboveUnknown, notes } = box;
    const kind = home.kind === 'workload' ? [home.workload.engine, home.workload.certainty] : [home.kind];
    const types = namespaces.map(({ type }) => type);
    const words = hubs.map(({ label, box: hub }) => [label, hub.key]);
    const below = this.#sortBelow(box).map((one) => this.#shapes.get(one) ?? '');
    return this.#number(
      JSON.stringify([kind, types, processes > 0, isAboveUnknown, notes.length, this.#linesTo.get(box), words, below]),
    );
  }

  /** A short word for a description, so that those of deep trees stay short. */
  #number(description: string): string {
    const known = this.#words.get(description) ?? String(this.#words.size);
    this.#words.set(description, known);
    return known;
  }

  /** Each after all that is below it. What is in a ring, which bad data may say, is in no tree: it is tangled. */
  #listFromBelow(tangled: Set<DiagramBox>): DiagramBox[] {
    const order: DiagramBox[] = [];
    const open = new Map<DiagramBox, number>();
    for (const box of this.#graph.boxes) {
      const count = this.#below.get(box)?.length ?? 0;
      if (count === 0) order.push(box);
      else open.set(box, count);
    }
    for (let place = 0; place < order.length; place++) {
      const box = order[place];
      const above = box && this.#above.get(box);
      if (!above) continue;
      const left = (open.get(above) ?? 0) - 1;
      open.set(above, left);
      if (left === 0) order.push(above);
    }
    const done = new Set(order);
    for (const box of this.#graph.boxes) if (!done.has(box)) tangled.add(box);
    return order;
  }
}
