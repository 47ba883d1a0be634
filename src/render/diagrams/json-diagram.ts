// A diagram as plain objects, for programs that draw it themselves.
import type { Diagram, DiagramBox } from '../../analysis/diagram/diagram.ts';
import type { ListedNamespace } from '../../analysis/graph/inferred-places.ts';
import { markGroup } from '../words/group-names.ts';
import { numberBoxes, numberLines } from './box-text.ts';

export function toJsonDiagram(diagram: Diagram) {
  const numbers = numberBoxes(diagram);
  return {
    view: diagram.view,
    boxes: diagram.boxes.map((box, number) => ({
      number,
      ...toJsonBox(box),
      hubs: box.hubs.map(({ label, box: hub }) => ({ label, name: markGroup(hub) })),
      folded: box.folded.map(toJsonBox),
    })),
    lines: numberLines(diagram, numbers),
    leftOut: diagram.leftOut,
  };
}

function toJsonBox(box: DiagramBox) {
  const { home, namespaces, processes, isAboveUnknown, notes } = box;
  return {
    kind: home.kind,
    name: markGroup(box),
    namespaces: namespaces.map(toJsonNamespace),
    processes,
    isAboveUnknown,
    notes,
  };
}

function toJsonNamespace({ type, inode, number }: ListedNamespace) {
  return { type, inode, ...(number === undefined ? {} : { number }) };
}
