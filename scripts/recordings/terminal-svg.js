// A picture of a terminal: what a program wrote to it, as SVG. It knows the sequences that nscope writes
// (console_codes(4): colours, cursor, erasing, the alternate screen) and takes every other character for one column.

const [cellWidth, lineHeight, margin] = [8.4, 18, 12];
/** The 16 colours by their SGR number, on a light and on a dark background. */
const palette = new Map([
  [30, ['#24292f', '#6e7681']],
  [31, ['#b3261e', '#ff7b72']],
  [32, ['#116329', '#7ee787']],
  [33, ['#7d4e00', '#e3b341']],
  [34, ['#0550ae', '#79c0ff']],
  [35, ['#8250df', '#d2a8ff']],
  [36, ['#0e6a73', '#56d4dd']],
  [37, ['#57606a', '#b1bac4']],
  [90, ['#6e7781', '#8b949e']],
  [91, ['#cf222e', '#ffa198']],
  [92, ['#1a7f37', '#56d364']],
  [93, ['#9a6700', '#f2cc60']],
  [94, ['#0969da', '#a5d6ff']],
  [95, ['#a475f9', '#e2c5ff']],
  [96, ['#1b7c83', '#a5f3fc']],
  [97, ['#32383f', '#f0f6fc']],
]);

/**
 * The screen after `bytes` were written to it: rows of cells `{ character, style }`. A program that leaves the
 * alternate screen leaves its last picture here.
 * @param {string} bytes
 * @param {number} columns - where lines are wrapped
 */
export function drawScreen(bytes, columns) {
  let rows = [];
  let [row, column, style] = [0, 0, ''];
  for (const [token, parameters, final] of bytes.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|\x1b\][^\x07]*\x07|\x1b.|./gsu)) {
    if (final === 'm') style = changeStyle(style, parameters);
    else if (final === 'H') [row, column] = parameters.split(';').map((word) => Math.max(Number(word) - 1, 0));
    else if (final === 'K') (rows[row] ?? []).length = Math.min(column, rows[row]?.length ?? 0);
    else if (final === 'J') rows = [];
    else if (final === 'h' && parameters === '?1049') [rows, row, column] = [[], 0, 0];
    else if (final === 'l' && parameters === '?1049') break;
    else if (token === '\r') column = 0;
    else if (token === '\n') row++;
    else if (token >= ' ') {
      if (column === columns) [row, column] = [row + 1, 0];
      rows[row] ??= [];
      rows[row][column++] = { character: token, style };
    }
    column ??= 0;
  }
  return Array.from(rows, (cells) => Array.from(cells ?? [], (cell) => cell ?? { character: ' ', style: '' }));
}

/** A style is class names in order: `b` bold, `d` dim, `i` inverse, `c31` a colour. */
function changeStyle(style, parameters) {
  const classes = new Set(style.split(' ').filter(Boolean));
  const drop = (...names) => {
    for (const name of names) classes.delete(name);
  };
  for (const code of parameters.split(';').map(Number)) {
    if (code === 0) classes.clear();
    else if (code === 1) classes.add('b');
    else if (code === 2) classes.add('d');
    else if (code === 7) classes.add('i');
    else if (code === 22) drop('b', 'd');
    else if (code === 27) drop('i');
    else if (code === 39 || palette.has(code)) {
      drop(...[...palette.keys()].map((colour) => `c${colour}`));
      if (code !== 39) classes.add(`c${code}`);
    }
  }
  return [...classes].sort().join(' ');
}

/**
 * A screen as an SVG document of its own, readable on light and dark pages.
 * @param {{ character: string, style: string }[][]} rows
 * @param {number} columns
 * @param {string} title - what is read out in place of the picture
 */
export function formatSvg(rows, columns, title) {
  const [width, height] = [Math.ceil(columns * cellWidth + 2 * margin), rows.length * lineHeight + 2 * margin];
  const runs = rows.flatMap((cells, row) => findRuns(cells).map((run) => formatRun(run, row)));
  const used = [...palette].filter(([code]) => runs.some((run) => run.includes(`c${code}`)));
  const colours = (shade) => used.map(([code, shades]) => `.c${code}{fill:${shades[shade]}}`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(title)}</title>
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#24292f;white-space:pre}.p{fill:#f6f8fa;stroke:#d0d7de}.b{font-weight:bold}.d{opacity:.65}.r{fill:#24292f}text.i{fill:#f6f8fa}${colours(0)}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.p{fill:#161b22;stroke:#30363d}.r{fill:#e6edf3}text.i{fill:#161b22}${colours(1)}}</style>
<rect class="p" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="6"/>
${runs.join('\n')}
</svg>
`;
}

/** Pieces of one style without two blanks in a row: each is placed by its column, whatever font draws it. */
function findRuns(cells) {
  const runs = [];
  let start = 0;
  while (start < cells.length) {
    const { style } = cells[start];
    let end = start + 1;
    while (end < cells.length && cells[end].style === style) end++;
    const text = cells
      .slice(start, end)
      .map(({ character }) => character)
      .join('');
    const pieces = style.includes('i') ? [{ 0: text, index: 0 }] : text.matchAll(/\S+(?: \S+)*/gu);
    for (const piece of pieces)
      runs.push({ column: start + [...text.slice(0, piece.index)].length, text: piece[0], style });
    start = end;
  }
  return runs;
}

function formatRun({ column, text, style }, row) {
  const place = (value) => Number((margin + value).toFixed(1));
  const [x, length] = [place(column * cellWidth), Number(([...text].length * cellWidth).toFixed(1))];
  const bar = `<rect class="r" x="${x}" y="${place(row * lineHeight)}" width="${length}" height="${lineHeight}"/>`;
  const classes = style === '' ? '' : ` class="${style}"`;
  const words = `<text${classes} x="${x}" y="${place(row * lineHeight + 13.5)}" textLength="${length}">${escapeXml(text)}</text>`;
  return style.split(' ').includes('i') ? `${bar}${words}` : words;
}

function escapeXml(text) {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '�').replace(/[&<>"]/g, (one) => `&#${one.codePointAt(0)};`);
}
