// A kernel file that is not as its man page has it: a bug or a new kernel, never to be passed over.

/** Names the file, the line (from 1) and the field, and shows the text. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
  readonly code = 'NSCOPE_MALFORMED';
  /** Of a command that ends with it. */
  readonly exitStatus = 2;
  readonly file: string;
  readonly line: number;
  readonly field: string;

  constructor(file: string, line: number, field: string, text: string | Uint8Array) {
    const shown = typeof text === 'string' ? text : new TextDecoder().decode(text.subarray(0, 200));
    super(`${file}, line ${line}: cannot read ${field} in ${JSON.stringify(shown.slice(0, 200))}`);
    this.file = file;
    this.line = line;
    this.field = field;
  }
}

/** The number, from 1, of the first line of `text` that begins with `start`; 1 where there is none. */
export function findLine(text: string, start: string): number {
  return (
    Math.max(
      text.split('\n').findIndex((line) => line.startsWith(start)),
      0,
    ) + 1
  );
}
