// What a listing may lack, in one line of a few words.
import type { Coverage } from '../../model/snapshot/schema.ts';

/** So many limits are named; the others are counted. */
const maxNamed = 3;

/**
 * "partial: PID 1 withheld, mounts of mnt:[4026532179] not read": a namespace may be missing. "all namespaces are listed,
 * but: PID 1 withheld": details are. "not seen: PID 1 withheld": the verb did not ask for the kernel's list. A snapshot of an older nscope has sentences alone: they are counted.
 * @param also - what follows from it for this listing, in a few words each
 * @returns undefined where nothing was missed
 */
export function describeCoverage(
  { verdict, reasons, limits = [] }: Pick<Coverage, 'verdict' | 'reasons' | 'limits'>,
  also: readonly string[] = [],
): string | undefined {
  const briefs = [...new Set(limits.map(({ brief }) => brief))];
  const rest = reasons.length > limits.length ? reasons.length - limits.length : 0;
  const named = briefs.slice(0, maxNamed);
  const counted = briefs.length - named.length + rest;
  if (counted > 0) named.push(named.length === 0 ? countReasons(counted) : `${counted} more`);
  const words = [...named, ...also];
  if (words.length === 0) return undefined;
  const isOfDetails = limits.length > 0 && rest === 0 && limits.every(({ code }) => detailCodes.has(code));
  const lead = verdict === 'complete' ? 'all namespaces are listed, but' : isOfDetails ? 'not seen' : 'partial';
  return `${lead}: ${words.join(', ')}`;
}

/** These alone do not make a list of namespaces partial: where it is, the kernel was not asked for it. */
const detailCodes: ReadonlySet<string> = new Set(['links-refused', 'descriptors-refused', 'owner-out-of-reach']);

function countReasons(count: number): string {
  return count === 1 ? 'for one reason' : `for ${count} reasons`;
}
