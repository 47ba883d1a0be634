// The forms in which nscope busy takes what may be busy: a path, a device, a tag of one, the id of a mount.
import { UsageError } from '../table/errors.ts';

/** What the word is by its form alone. */
export type BusyWord =
  | { readonly form: 'path'; readonly path: string }
  | { readonly form: 'device'; readonly device: string }
  | { readonly form: 'tag'; readonly tag: string; readonly value: string }
  | { readonly form: 'mount'; readonly id: string };

/** @throws UsageError */
export function parseBusyWord(word: string): BusyWord {
  if (word === '') throw new UsageError('"" is not a path, a device or the id of a mount');
  if (/^\d+:\d+$/.test(word)) return { form: 'device', device: word.split(':').map(BigInt).join(':') };
  if (/^\d+$/.test(word)) return { form: 'mount', id: word };
  const [, tag, value] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/s.exec(word) ?? [];
  if (tag !== undefined && value !== undefined) return { form: 'tag', tag, value };
  return { form: 'path', path: word.startsWith('/') ? word : `${process.cwd()}/${word}` };
}
