// Where the boxes and lines of a diagram lie on the page.

import { Graph, layout } from '@dagrejs/dagre';
import type { Diagram, DiagramBox, DiagramLine } from '../../analysis/diagram/diagram.ts';
import { DisjointSets } from '../../model/collections/disjoint-sets.ts';
import { measureWidth } from '../words/text-width.ts';
import { describeBox, numberBoxes, numberLines } from './box-text.ts';

/** In pixels of the drawing; of text that is 12 pixels high in a font of equal widths. */
export const sizes = { column: 7.3, line: 16, padding: 8, margin: 16 } as const;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** At its upper left corner. */
export interface PlacedBox extends Point {
  readonly box: DiagramBox;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

export interface PlacedLine {
  readonly points: readonly Point[];
  readonly label: string;
  /** The middle of the label. */
  readonly labelAt: Point;
  readonly isMutual: boolean;
}

export interface Page {
  readonly boxes: readonly PlacedBox[];
  readonly lines: readonly PlacedLine[];
  readonly width: number;
  readonly height: number;
}

/** Of one that hangs together, from its own corner. */
type Part = Page;

/** What hangs together is laid out by itself, from left to right; the parts are put in rows of a page. */
export function layOutDiagram(diagram: Diagram): Page {
  const parts = splitParts(diagram).map(layOutPart);
  const area = parts.reduce((sum, { width, height }) => sum + width * height, 0);
  const rowWidth = Math.max(Math.sqrt(area * pageRatio), ...parts.map(({ width }) => width));
  const page: { boxes: PlacedBox[]; lines: PlacedLine[]; width: number; height: number } = {
    ...{ boxes: [], lines: [], width: 0, height: 0 },
  };
  const row = { x: 0, y: 0, height: 0 };
  for (const part of parts) {
    if (row.x > 0 && row.x + part.width > rowWidth) Object.assign(row, { x: 0, y: row.y + row.height, height: 0 });
    const move = <P extends Point>(point: P): P => ({ ...point, x: point.x + row.x, y: point.y + row.y });
    page.boxes.push(...part.boxes.map(move));
    page.lines.push(
      ...part.lines.map((line) => ({ ...line, points: line.points.map(move), labelAt: move(line.labelAt) })),
    );
    row.x += part.width;
    row.height = Math.max(row.height, part.height);
    page.width = Math.max(page.width, row.x);
    page.height = row.y + row.height;
  }
  return page;
}

/** A page that is to be printed is higher than wide. */
const pageRatio = 0.8;

/** Boxes that lines connect, in the order of the diagram. */
function splitParts(diagram: Diagram): Diagram[] {
  const sets = new DisjointSets<DiagramBox>();
  for (const { from, to } of diagram.lines) sets.join(from, to);
  const parts = new Map<DiagramBox, { boxes: DiagramBox[]; lines: DiagramLine[] }>();
  for (const box of diagram.boxes) {
    const first = sets.root(box);
    const part = parts.get(first) ?? { boxes: [], lines: [] };
    part.boxes.push(box);
    parts.set(first, part);
  }
  for (const line of diagram.lines) parts.get(sets.root(line.from))?.lines.push(line);
  return [...parts.values()].map((part) => ({ ...diagram, ...part }));
}

function layOutPart(diagram: Diagram): Part {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: 'LR',
    nodesep: 14,
    ranksep: 60,
    edgesep: 10,
    marginx: sizes.margin,
    marginy: sizes.margin,
  });
  const texts = diagram.boxes.map((box) => describeBox(box, diagram.view));
  for (const [number, lines] of texts.entries())
    graph.setNode(String(number), {
      width: Math.max(...lines.map(measureWidth)) * sizes.column + 2 * sizes.padding,
      height: lines.length * sizes.line + 2 * sizes.padding,
    });
  const lines = numberLines(diagram, numberBoxes(diagram));
  for (const [number, { from, to, label }] of lines.entries())
    graph.setEdge(
      String(from),
      String(to),
      { labelpos: 'c', width: measureWidth(label) * sizes.column, height: label === '' ? 0 : sizes.line },
      String(number),
    );
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    boxes: diagram.boxes.map((box, number) => {
      const { x, y, width, height } = graph.node(String(number));
      return { box, lines: texts[number] ?? [], x: x - width / 2, y: y - height / 2, width, height };
    }),
    lines: lines.map(({ from, to, label, isMutual }, number) => {
      const { points = [], x = 0, y = 0 } = graph.edge(String(from), String(to), String(number));
      return { points, label, labelAt: { x, y }, isMutual };
    }),
  };
}
