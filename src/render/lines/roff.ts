// Text as roff for man(1): groff_man(7), mandoc's man(7). What it is given stands on the page as it is.

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** Text in which no character is an escape or another glyph than itself. It may not begin a line: see fillLines. */
export function escapeRoff(text: string): string {
  return text.replace(/[\\\-'"`^~]|[^\x00-\x7f]/gu, (character) => escapes[character] ?? toGlyph(character));
}

function toGlyph(character: string): string {
  return `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}

export function bold(text: string): string {
  return `\\fB${escapeRoff(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${escapeRoff(text)}\\fR`;
}

/** The line that opens a page. */
export function formatTitle(name: string, section: number, date: string, source: string, manual: string): string {
  // mandoc reads the date as it stands, hyphens and all.
  return `.TH ${quoteArgument(name.toUpperCase())} ${section} "${date}" ${quoteArgument(source)} ${quoteArgument(manual)}`;
}

export function formatSection(title: string): string {
  return `.SH ${quoteArgument(title)}`;
}

export function formatSubsection(title: string): string {
  return `.SS ${quoteArgument(title)}`;
}

/** A paragraph of roff that is escaped already. */
export function formatParagraph(roff: string): string {
  return `.PP\n${fillLines(roff)}`;
}

/** A term and below it, indented, what it means; both escaped already. `indent` counts columns. */
export function formatTerm(term: string, meaning: string, indent?: number): string {
  return `.TP${indent === undefined ? '' : ` ${indent}`}\n${fillLines(term)}\n${fillLines(meaning)}`;
}

/** Terms without blank lines between them, all meanings at one indentation. */
export function formatCompactTerms(terms: readonly (readonly [term: string, meaning: string])[]): string {
  const indent = Math.max(...terms.map(([term]) => term.length)) + 2;
  const parts = terms.map(([term, meaning]) => formatTerm(bold(term), escapeRoff(meaning), indent));
  return ['.PD 0', ...parts, '.PD'].join('\n');
}

/** Lines that stand as they are, such as a command. */
export function formatExample(text: string): string {
  const lines = text.split('\n').map((line) => guardStart(escapeRoff(line)));
  return `.PP\n.RS\n.EX\n${lines.join('\n')}\n.EE\n.RE`;
}

/** The parts of a page as its text. A paragraph needs no request behind a heading. */
export function joinPage(parts: readonly string[]): string {
  return `${parts.join('\n').replace(/^(\.S[HS] .*)\n\.PP$/gm, '$1')}\n`;
}

/** mandoc's style wants lines that an editor shows whole. */
const longestLine = 79;

/** Breaks roff into lines, a new one for each sentence, as troff measures the space behind a sentence by that. */
function fillLines(roff: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of roff.split(/\s+/)) {
    const ended = /[\w)\]][.?!:]$/.test(line);
    if (line !== '' && (ended || line.length + 1 + word.length > longestLine)) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].map(guardStart).join('\n');
}

/** A full stop or an apostrophe at the start of a line would begin a request. */
function guardStart(line: string): string {
  return line.replace(/^(?=[.'])/, '\\&');
}

function quoteArgument(text: string): string {
  return `"${escapeRoff(text)}"`;
}
