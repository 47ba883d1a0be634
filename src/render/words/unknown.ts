// What is not known, with its reason, in words.
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';

const words: Readonly<Record<Unknown['unknown'], string>> = {
  denied: 'denied',
  gone: 'gone',
  unsupported: 'not told by this kernel',
  'not-asked': 'not asked for',
};

/** "denied (EACCES)"; a detail says more than the reason. */
export function formatUnknown({ unknown, errno, detail }: Unknown): string {
  if (detail !== undefined) return `unknown: ${detail}`;
  return errno === undefined ? words[unknown] : `${words[unknown]} (${errno})`;
}

export function formatKnown<T>(value: Known<T>, format: (value: T) => string): string {
  return isKnown(value) ? format(value) : formatUnknown(value);
}
