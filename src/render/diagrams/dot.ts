// A diagram in the language of Graphviz: graphviz.org/doc/info/lang.html
import type { Diagram } from '../../analysis/diagram/diagram.ts';
import { type BoxStyle, describeBox, describeLeftOut, numberBoxes, numberLines, styleBox } from './box-text.ts';

const styles: Readonly<Record<BoxStyle, string>> = {
  host: ' style=filled fillcolor="#e8eef7"',
  unsure: ' style=dashed',
  empty: ' style=dotted',
  plain: '',
};

export function formatDot(diagram: Diagram): string[] {
  const numbers = numberBoxes(diagram);
  const leftOut = describeLeftOut(diagram);
  return [
    'digraph nscope {',
    '  rankdir=LR; node [shape=box fontname="monospace" fontsize=10]; edge [fontname="monospace" fontsize=9];',
    ...diagram.boxes.map(
      (box, number) =>
        `  n${number} [label="${describeBox(box, diagram.view).map(quote).join('')}"${styles[styleBox(box)]}];`,
    ),
    ...numberLines(diagram, numbers).map(({ from, to, label, isMutual }) => {
      const words = [...(label === '' ? [] : [`label="${escapeString(label)}"`]), ...(isMutual ? ['dir=none'] : [])];
      return `  n${from} -> n${to}${words.length === 0 ? '' : ` [${words.join(' ')}]`};`;
    }),
    ...(leftOut === undefined ? [] : [`  left_out [shape=plaintext label="${escapeString(leftOut)}"];`]),
    '}',
  ];
}

/** Ends the line, set to the left. */
function quote(line: string): string {
  return `${escapeString(line)}\\l`;
}

function escapeString(text: string): string {
  return text.replace(/[\\"]/g, '\\$&');
}
