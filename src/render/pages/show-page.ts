// A page about one thing: a title, then labels on the left and what they say on the right, in sections.
import { type Palette, paintNamespaces } from '../words/colours.ts';
import { cutText, measureWidth } from '../words/text-width.ts';
import { wrapText } from '../words/wrap-text.ts';

/** A label and its lines, safe for a terminal already. A line that is too long is wrapped, or cut where it is a row. */
export interface PageItem {
  readonly label: string;
  readonly lines: readonly string[];
  /** Lines that stand in columns: cut, never wrapped. */
  readonly rows?: boolean;
  /** No more lines than this of a long text. */
  readonly maxLines?: number;
}

export type PageSection = readonly PageItem[];

export interface Page {
  readonly title: string;
  readonly sections: readonly PageSection[];
}

interface PageOptions {
  /** Columns of the terminal; undefined for no limit. */
  readonly width: number | undefined;
  readonly palette: Palette;
}

const gap = '  ';

/** Below this, values are not squeezed further. */
const narrowest = 24;

export function* formatPage(page: Page, { width, palette }: PageOptions): Generator<string> {
  const sections = page.sections.filter((section) => section.length > 0);
  const labelWidth = Math.max(0, ...sections.flat().map(({ label }) => measureWidth(label)));
  const indent = gap.length + labelWidth + gap.length;
  const room = width === undefined ? undefined : Math.max(narrowest, width - indent);
  yield palette.strong(paintNamespaces(page.title, palette));
  for (const section of sections) {
    yield '';
    for (const item of section) {
      let label = item.label;
      for (const line of fitLines(item, room)) {
        const padding = ' '.repeat(labelWidth - measureWidth(label));
        yield `${gap}${palette.faint(label)}${padding}${gap}${paintNamespaces(line, palette)}`.trimEnd();
        label = '';
      }
    }
  }
}

function fitLines(item: PageItem, room: number | undefined): string[] {
  if (item.rows) return item.lines.map((line) => (room === undefined ? line : cutText(line, room, 'end')));
  const lines = item.lines.flatMap((line) => wrapText(line, room));
  const { maxLines = lines.length } = item;
  if (lines.length <= maxLines) return lines;
  const rest = `… ${lines.length - maxLines} more lines: --json`;
  return [...lines.slice(0, maxLines), room === undefined ? rest : cutText(rest, room, 'end')];
}

/** Rows of texts as lines whose columns stand below each other. */
export function alignRows(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((text, i) => {
      widths[i] = Math.max(widths[i] ?? 0, measureWidth(text));
    });
  return rows.map((row) =>
    row
      .map((text, i) => {
        const padding = ' '.repeat((widths[i] ?? 0) - measureWidth(text));
        return right.includes(i) ? padding + text : text + padding;
      })
      .join(gap)
      .trimEnd(),
  );
}
