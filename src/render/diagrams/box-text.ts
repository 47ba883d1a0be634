// What stands in the boxes of a diagram and on its lines, as lines of text that are safe to show.
import type { Diagram, DiagramBox, DiagramHub, DiagramView } from '../../analysis/diagram/diagram.ts';
import { labelLine } from '../../analysis/diagram/draw.ts';
import type { ListedNamespace } from '../../analysis/graph/inferred-places.ts';
import { nameUnnumbered } from '../../analysis/graph/inferred-places.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { escapeText } from '../words/escape.ts';
import { markGroup, nameGroup } from '../words/group-names.ts';
import { inferredMark } from '../words/inferred.ts';
import { cutText } from '../words/text-width.ts';

/** More namespaces than these are named by their types alone. */
const maxNumbers = 3;

/** Of boxes that one stands for, so many are named. */
const maxFoldedNames = 4;

/** Longer lines are cut. */
const maxColumns = 44;

/** So many columns are filled with types. */
const maxFilled = 26;

/** The first line is what the box is called. */
export function describeBox(box: DiagramBox, view: DiagramView): string[] {
  const { home, namespaces, processes, hubs, folded, isAboveUnknown, notes } = box;
  const lines = [
    markGroup(box),
    ...(home.kind === 'process' ? [home.process.comm] : []),
    ...describeNamespaces(namespaces),
    ...(processes > 0 ? [`${processes} ${processes === 1 ? 'process' : 'processes'}`] : []),
    ...(isAboveUnknown ? [`${view} not known`] : []),
    ...notes,
    ...hubs.flatMap((hub) => describeHub(hub, view)),
    ...describeFolded(folded),
  ];
  return lines.map((line) => cutText(escapeText(line), maxColumns, 'middle'));
}

function describeNamespaces(namespaces: readonly ListedNamespace[]): string[] {
  if (namespaces.length <= maxNumbers) return namespaces.map(nameNamespace);
  const counts = new Map<string, number>();
  for (const { type } of namespaces) counts.set(type, (counts.get(type) ?? 0) + 1);
  const words = [...counts].map(([type, count]) => (count > 1 ? `${type}(${count})` : type));
  return fill(words);
}

function nameNamespace({ type, inode, number }: ListedNamespace): string {
  return isKnown(inode) ? formatNamespace(type, inode) : `${inferredMark}${type} ${nameUnnumbered(number ?? 0)}`;
}

const hubWords: Readonly<Record<DiagramView, string>> = {
  owner: 'owned by',
  parent: 'child of',
  process: 'made from',
  workload: 'shares with',
  wiring: 'wired to',
};

function describeHub({ label, box }: DiagramHub, view: DiagramView): string[] {
  return [`${hubWords[view]} ${nameGroup(box)}`, ...(label === '' ? [] : fill(label.split(' '), '  '))];
}

/** Words in lines of a box. */
function fill(words: readonly string[], indent = ''): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < maxFilled) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(indent + word);
  }
  return lines;
}

function describeFolded(folded: readonly DiagramBox[]): string[] {
  if (folded.length === 0) return [];
  const names = folded.slice(0, maxFoldedNames).map(nameGroup);
  const isAll = folded.length <= maxFoldedNames;
  return [`and ${folded.length} like it:`, ...names.map((name) => `  ${name}`), ...(isAll ? [] : ['  …'])];
}

/** What is not drawn, in a sentence; undefined where all is. */
export function describeLeftOut({ leftOut: { boxes, namespaces } }: Pick<Diagram, 'leftOut'>): string | undefined {
  if (boxes === 0) return undefined;
  return `${boxes} more ${boxes === 1 ? 'box' : 'boxes'} with ${namespaces} namespaces ${boxes === 1 ? 'is' : 'are'} not drawn`;
}

/** Numbers of the boxes, by which lines name them. */
export function numberBoxes({ boxes }: Pick<Diagram, 'boxes'>): ReadonlyMap<DiagramBox, number> {
  return new Map(boxes.map((box, number) => [box, number]));
}

/** How a box is drawn: of the host, of what no engine confirms or no process is in, or of anything else. */
export type BoxStyle = 'host' | 'unsure' | 'empty' | 'plain';

export function styleBox({ home, processes, namespaces }: DiagramBox): BoxStyle {
  if (home.kind === 'host') return 'host';
  if (home.kind === 'workload' && home.workload.certainty === 'likely') return 'unsure';
  const isEmpty =
    processes === 0 && namespaces.every((one) => one.processes.count === 0 && one.processes.threads === 0);
  return isEmpty ? 'empty' : 'plain';
}

/** The lines with the numbers of their boxes. */
export function numberLines({ lines }: Pick<Diagram, 'lines'>, numbers: ReadonlyMap<DiagramBox, number>) {
  return lines.map((line) => ({
    from: numbers.get(line.from) ?? 0,
    to: numbers.get(line.to) ?? 0,
    label: escapeText(labelLine(line)),
    isMutual: line.isMutual,
  }));
}
