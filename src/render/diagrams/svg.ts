// A diagram as a picture: SVG that needs no other file, for a page or a printer.
import type { Diagram } from '../../analysis/diagram/diagram.ts';
import { measureWidth } from '../words/text-width.ts';
import { type BoxStyle, describeLeftOut, styleBox } from './box-text.ts';
import { layOutDiagram, type PlacedBox, type PlacedLine, sizes } from './lay-out.ts';

const styles: Readonly<Record<BoxStyle, string>> = {
  host: 'fill="#e8eef7" stroke="#335"',
  unsure: 'fill="#fff" stroke="#335" stroke-dasharray="6 3"',
  empty: 'fill="#fff" stroke="#335" stroke-dasharray="2 2"',
  plain: 'fill="#fff" stroke="#335"',
};

export function formatSvg(diagram: Diagram): string[] {
  const page = layOutDiagram(diagram);
  const leftOut = describeLeftOut(diagram);
  const width = Math.ceil(Math.max(page.width, (leftOut?.length ?? 0) * sizes.column + 2 * sizes.margin));
  const height = Math.ceil(page.height) + (leftOut === undefined ? 0 : sizes.line + sizes.margin);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, 'DejaVu Sans Mono', monospace" font-size="12">`,
    `<title>${escapeMarkup(`Namespaces by ${diagram.view}`)}</title>`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#557"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...page.lines.map(drawLine),
    ...page.lines.flatMap(drawLabel),
    ...page.boxes.flatMap(drawBox),
    ...(leftOut === undefined ? [] : [text(leftOut, sizes.margin, height - sizes.margin)]),
    '</svg>',
  ];
}

function drawBox({ box, lines, x, y, width, height }: PlacedBox): string[] {
  return [
    `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="4" ${styles[styleBox(box)]}/>`,
    ...lines.map((line, number) =>
      text(
        line,
        x + sizes.padding,
        y + sizes.padding + (number + 0.75) * sizes.line,
        number === 0 ? ' font-weight="bold"' : '',
      ),
    ),
  ];
}

function drawLine({ points, isMutual }: PlacedLine): string {
  const path = points.map(({ x, y }, number) => `${number === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  return `<path d="${path}" fill="none" stroke="#557"${isMutual ? '' : ' marker-end="url(#end)"'}/>`;
}

/** On paper of its own, so that no line crosses it. */
function drawLabel({ label, labelAt: { x, y } }: PlacedLine): string[] {
  if (label === '') return [];
  const width = (measureWidth(label) + 1) * sizes.column;
  return [
    `<rect x="${round(x - width / 2)}" y="${round(y - sizes.line / 2)}" width="${round(width)}" height="${sizes.line}" fill="#fff"/>`,
    text(label, x, y + 4, ' text-anchor="middle" fill="#335"'),
  ];
}

function text(line: string, x: number, y: number, more = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" xml:space="preserve"${more}>${escapeMarkup(line)}</text>`;
}

function round(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
