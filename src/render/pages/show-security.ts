// What restricts a process, as a section of its page.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import type { ProcessSecurity } from '../../model/evidence/process-security.ts';
import { capabilityNames, listCapabilities } from '../../model/names/capability-names.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { IdMapping, Namespace, Process } from '../../model/snapshot/schema.ts';
import { escapeText } from '../words/escape.ts';
import { formatKnown, formatUnknown } from '../words/unknown.ts';
import { formatMapLines } from './show-namespace.ts';
import type { PageItem, PageSection } from './show-page.ts';

export function describeSecurity({ credentials, label, limits }: ProcessSecurity): PageSection {
  return [
    ...(isKnown(credentials)
      ? [
          { label: 'effective', lines: [formatCapabilities(credentials.capabilities.effective)] },
          { label: 'permitted', lines: [formatCapabilities(credentials.capabilities.permitted)] },
          { label: 'bounding', lines: [formatCapabilities(credentials.capabilities.bounding)] },
          { label: 'seccomp', lines: [describeSeccomp(credentials.seccomp, credentials.seccompFilters)] },
          { label: 'no new privs', lines: [formatKnown(credentials.noNewPrivs, (yes) => (yes ? 'yes' : 'no'))] },
        ]
      : [{ label: 'capabilities', lines: [formatUnknown(credentials)] }]),
    { label: 'label', lines: [formatKnown(label, escapeText)] },
    ...describeLimits(limits),
  ];
}

/** The maps of the user namespace that it is in. */
export function describeIdMaps(process: Process, index: SnapshotIndex): PageSection {
  const { user } = process.namespaces;
  const namespace = isKnown(user) ? index.namespace('user', user) : undefined;
  if (!namespace) return [];
  const lines = (map: Namespace['uidMap']) => formatKnownLines(map ?? { unknown: 'not-asked' });
  return [
    { label: 'uid map', lines: lines(namespace.uidMap) },
    { label: 'gid map', lines: lines(namespace.gidMap) },
  ];
}

function formatKnownLines(map: Known<readonly IdMapping[]>): readonly string[] {
  return isKnown(map) ? formatMapLines(map) : [formatUnknown(map)];
}

/** A set that has nearly all is told by what it lacks. */
export function formatCapabilities(set: string): string {
  return formatCapabilityNames(listCapabilities(set));
}

/** The same of names. */
export function formatCapabilityNames(names: readonly string[]): string {
  const missing = capabilityNames.filter((name) => !names.includes(name));
  if (names.length === 0) return 'no capabilities';
  if (missing.length === 0) return 'all capabilities';
  return missing.length <= 5 ? `all capabilities but ${missing.join(' ')}` : names.join(' ');
}

const seccompModes = ['off', 'strict', 'filter'];

function describeSeccomp(mode: Known<number>, filters: Known<number>): string {
  if (!isKnown(mode)) return formatUnknown(mode);
  const word = seccompModes[mode] ?? `mode ${mode}`;
  return mode === 2 && isKnown(filters) ? `${word}, ${filters} of them` : word;
}

function describeLimits({ memoryBytes, pids, cpus }: ProcessSecurity['limits']): PageItem[] {
  const say = (value: Known<number | null>, format: (limit: number) => string) =>
    formatKnown(value, (limit) => (limit === null ? 'no limit' : format(limit)));
  return [
    { label: 'memory', lines: [say(memoryBytes, formatBytes)] },
    { label: 'pids', lines: [say(pids, (limit) => `at most ${limit}`)] },
    { label: 'cpu', lines: [say(cpus, (limit) => `at most ${limit} processors`)] },
  ];
}

function formatBytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return `at most ${bytes} bytes (${Math.round(mebibytes * 10) / 10} MiB)`;
}
