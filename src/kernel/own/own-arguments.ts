// The words that nscope was called with.
import { readFileSync } from 'node:fs';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseCmdline } from '../../parse/text/text.ts';
import { attempt } from '../files/files.ts';

/** What Node puts in the place of bytes that are no UTF-8. */
const replaced = '\ufffd';

/** Node's own list but for words that are no UTF-8, whose bytes /proc/self/cmdline still has: they may be names of files. */
export function readOwnArguments(): readonly string[] {
  const words = process.argv.slice(2);
  if (!words.some((word) => word.includes(replaced))) return words;
  const bytes = attempt(() => readFileSync('/proc/self/cmdline'));
  const all = isKnown(bytes) ? parseCmdline(bytes) : [];
  return all.length > words.length ? all.slice(-words.length) : words;
}
