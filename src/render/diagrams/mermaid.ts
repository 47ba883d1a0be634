// A diagram as a flowchart of Mermaid: mermaid.js.org/syntax/flowchart.html
import type { Diagram } from '../../analysis/diagram/diagram.ts';
import { describeBox, describeLeftOut, numberBoxes, numberLines, styleBox } from './box-text.ts';

export function formatMermaid(diagram: Diagram): string[] {
  const numbers = numberBoxes(diagram);
  const leftOut = describeLeftOut(diagram);
  return [
    'flowchart LR',
    ...diagram.boxes.map(
      (box, number) =>
        `  n${number}["${describeBox(box, diagram.view).map(escapeLabel).join('<br>')}"]:::${styleBox(box)}`,
    ),
    ...numberLines(diagram, numbers).map(
      ({ from, to, label, isMutual }) =>
        `  n${from} ${isMutual ? '---' : '-->'}${label === '' ? '' : `|"${escapeLabel(label)}"|`} n${to}`,
    ),
    ...(leftOut === undefined ? [] : [`  leftOut["${escapeLabel(leftOut)}"]`]),
    '  classDef default text-align:left',
    '  classDef host fill:#e8eef7,stroke:#557',
    '  classDef unsure stroke-dasharray:6 3',
    '  classDef empty stroke-dasharray:2 2',
    '  classDef plain stroke:#557',
  ];
}

/** Entities of Mermaid. Brackets, backticks and what begins a list would be read as its own language. */
function escapeLabel(text: string): string {
  return text.replace(/[^\p{L}\p{N} :/._~…,@+=-]/gu, (character) => `#${character.codePointAt(0)};`);
}
