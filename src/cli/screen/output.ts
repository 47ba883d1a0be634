// Writes to standard output and error: whole, in pieces of a good size, and without a trace when the reader has left.
import { fstatSync, writeSync } from 'node:fs';
import { styleText } from 'node:util';
import { isSyscallError, type SyscallError } from '../../kernel/addon/syscall-error.ts';
import { pause } from '../../kernel/own/pause.ts';
import { toAscii } from '../../render/words/ascii.ts';
import { makePalette, type Palette, type Styler } from '../../render/words/colours.ts';
import { escapeBeyondAscii, escapeText } from '../../render/words/escape.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { isAsciiLocale } from './locale.ts';

/** The columns of the terminal; undefined where standard output is no terminal, or one that does not know, as on a serial line. */
export function readTerminalWidth(): number | undefined {
  return isTerminal(1) ? process.stdout.columns || undefined : undefined;
}

/** Major number of /dev/null and its like: include/uapi/linux/major.h MEM_MAJOR. */
const memoryDevices = 1;

/** The streams of Node, which take 4 ms to make, are asked only where a device is there. */
function isTerminal(fd: 1 | 2): boolean {
  const file = fstatSync(fd);
  if (!file.isCharacterDevice() || file.rdev >> 8 === memoryDevices) return false;
  return (fd === 1 ? process.stdout : process.stderr).isTTY === true;
}

/** Colours where standard output is a terminal and NO_COLOR is not set; FORCE_COLOR overrides. no-color.org */
export function choosePalette(): Palette {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  return makePalette(!NO_COLOR && (forced || (TERM !== 'dumb' && isTerminal(1))) ? paint : undefined);
}

/** Whether to colour is decided: newer releases of Node would look at standard output once more. */
function paint(style: Parameters<Styler>[0], text: string): string {
  return styleText(style, text, { validateStream: false });
}

/** What nscope draws, as the terminal can show it. JSON is ASCII already where that is wanted. */
export const toTerminal: (text: string) => string = isAsciiLocale(process.env) ? toAscii : (text) => text;
if (toTerminal === toAscii) escapeBeyondAscii();

const pieceCharacters = 65_536;

/** Writes lines to standard output, each with its line end, never holding more than a piece of them. */
export function writeLines(lines: Iterable<string>): void {
  let piece = '';
  for (const line of lines) {
    piece += `${toTerminal(line)}\n`;
    if (piece.length < pieceCharacters) continue;
    writeAll(1, piece);
    piece = '';
  }
  writeAll(1, piece);
}

/** Writes what programs read, such as a script, to standard output: to the letter. */
export function writeExactly(text: string): void {
  writeAll(1, text);
}

/** The option that leaves remarks out. */
export interface RemarkOptions {
  readonly quiet?: boolean | undefined;
}

/**
 * A remark about what was printed, in one line; none with --quiet.
 * @param text - may hold what processes chose: it is escaped here
 */
export function writeRemark(text: string, { quiet }: RemarkOptions): void {
  if (!quiet) writeNote(`nscope: ${escapeText(text)}`);
}

/** What a person is to know, on standard error: why nothing was done, or a remark. Where that takes none, the exit status still tells how it went. */
export function writeNote(text: string): void {
  try {
    const width = isTerminal(2) ? process.stderr.columns || undefined : undefined;
    writeAll(
      2,
      `${toTerminal(text)
        .split('\n')
        .flatMap((line) => fitNote(line, width))
        .join('\n')}\n`,
    );
  } catch (error) {
    if (!(error instanceof OutputError) && !(error instanceof OutputClosedError)) throw error;
  }
}

/** The reader has closed the pipe: nobody wants the rest. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
}

/** A terminal would break a long remark inside a word. Indented lines are meant as they are: marks below an expression. */
function fitNote(line: string, width: number | undefined): readonly string[] {
  if (line.startsWith(' ')) return [line];
  return wrapText(line, width === undefined ? undefined : Math.max(width - 2, 20)).map((part, i) =>
    i === 0 ? part : `  ${part}`,
  );
}

/** What was to be printed could not be: the disk is full, or the device fails. Exit status 2. */
class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly code = 'NSCOPE_OUTPUT';
  /** Of a command that ends with it. */
  readonly exitStatus = 2;
}

function writeAll(fd: number, text: string): void {
  let bytes = Buffer.from(text, 'utf8');
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      if (!isSyscallError(error)) throw error;
      if (error.code === 'EPIPE') throw new OutputClosedError('', { cause: error });
      // A pipe that somebody made non-blocking is full: wait for its reader.
      if (error.code !== 'EAGAIN')
        throw new OutputError(`standard output cannot be written: ${describe(error)}`, { cause: error });
      pause(5);
    }
  }
}

/** "ENOSPC: no space left on device", without the call that Node names behind it. */
function describe({ message, syscall }: SyscallError): string {
  const end = message.lastIndexOf(`, ${syscall}`);
  return end < 0 ? message : message.slice(0, end);
}
