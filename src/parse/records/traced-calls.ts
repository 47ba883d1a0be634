// What native/trace.c reports of a command that it follows: a record for each call that was refused.
import { parseText } from '../text/text.ts';
import { viewLongWords, viewWords } from './bpf-words.ts';
import { layOut } from './layout.ts';

export const tracedLayout = layOut('struct traced_call of native/trace.h', {
  what: 's32',
  pid: 's32',
  err: 's32',
  unused: 's32',
  value: 's64',
  args: ['u64', 6],
  name: ['char', 16],
  texts: ['char', 1536],
});

const { word } = tracedLayout;
const textBytes = 512;

/** As native/trace.h has them. */
const kinds = new Map([
  [16, 'call'],
  [17, 'exec'],
  [18, 'end'],
] as const);

export interface TracedCall {
  readonly what: 'call' | 'exec' | 'end';
  /** In the tracer's pid namespace. */
  readonly pid: number;
  /** The number of the errno; 0 where the call was carried out. */
  readonly err: number;
  /** What it returned; the uid that owns a setuid file; the status of the command as waitpid(2) gives it. */
  readonly value: number;
  readonly args: readonly bigint[];
  readonly name: string;
  /** Texts that arguments lead to: a source, a path, a type. */
  readonly texts: readonly [string, string, string];
}

/** @returns undefined for what is not such a record */
export function parseTracedCall(bytes: Uint8Array): TracedCall | undefined {
  if (bytes.length !== tracedLayout.bytes) return undefined;
  const words = new Int32Array(viewWords(bytes));
  const what = kinds.get(words[word.what] as 16 | 17 | 18);
  if (what === undefined) return undefined;
  const long = viewLongWords(bytes);
  const text = (index: number) => readText(bytes, word.texts * 4 + index * textBytes, textBytes);
  return {
    what,
    pid: words[word.pid] ?? 0,
    err: words[word.err] ?? 0,
    value: Number(BigInt.asIntN(64, long[word.value / 2] ?? 0n)),
    args: [...long.subarray(word.args / 2, word.args / 2 + 6)],
    name: readText(bytes, word.name * 4, 16),
    texts: [text(0), text(1), text(2)],
  };
}

function readText(bytes: Uint8Array, start: number, size: number): string {
  const field = bytes.subarray(start, start + size);
  const end = field.indexOf(0);
  return parseText(end < 0 ? field : field.subarray(0, end));
}
