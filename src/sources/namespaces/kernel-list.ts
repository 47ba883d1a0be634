// The namespaces in the kernel's own lists. Asked before the other sources, and after them, so that what came and went
// meanwhile is not taken for what only the kernel holds.

import { loadAddon } from '../../kernel/addon/addon.ts';
import {
  type Listing,
  listByBpf,
  listByListns,
  listBySuperblocks,
  listMountNamespaces,
  type NoListing,
} from '../../kernel/bpf/kernel-lists.ts';
import { bpfUnwanted } from '../../kernel/bpf/refusal.ts';
import { readNsfsDevice } from '../../kernel/files/files.ts';
import { closeNamespace } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import type { NamespaceInodes } from '../../model/facts/facts.ts';
import { limits } from '../../model/facts/limits.ts';
import { isCapable } from '../../model/names/capabilities.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import {
  formatNamespace,
  type NamespaceType,
  namespaceLinks,
  namespaceTypeFacts,
  namespaceTypes,
} from '../../model/snapshot/namespace-types.ts';
import type { Inputs } from '../contract/inputs.ts';
import { skipHolders } from '../contract/reasons.ts';
import type { Report, Source } from '../contract/source.ts';

/** What the lists are read by, and what they are held against. */
type ReadingNeeds = 'host' | 'wanted' | 'superblocks';
type FoundNeeds = 'tasks' | 'namespaces';

function skip({ wanted }: Pick<Inputs, 'wanted'>): string | undefined {
  if (wanted.holders === false) return "the kernel's own lists were not asked for";
  const result = loadAddon();
  return 'missing' in result ? result.missing : undefined;
}

export const kernelList: Source<ReadingNeeds> = {
  name: 'kernel-list',
  question: "which namespaces are in the kernel's own lists?",
  skip,
  run(inputs, report) {
    const { listings, failures } = readListings(inputs);
    for (const listing of listings) {
      report.asked(listing.facts.length);
      report.emitAll(listing.facts);
      report.emit(toEnumeration(listing, 'first'));
    }
    for (const { source, code, syscall } of failures)
      if (code !== '') report.refused(`the kernel's list, by ${source}`, code, syscall);
    tellLimits(report, listings, failures);
  },
};

export const kernelListAgain: Source<ReadingNeeds | FoundNeeds> = {
  name: 'kernel-list-again',
  question: "which namespaces are in the kernel's own lists now, and do they agree with what was found?",
  skip,
  run(inputs, report) {
    const { listings } = readListings(inputs);
    for (const listing of listings) {
      report.asked(listing.facts.length);
      report.emitAll(listing.facts);
      report.emit(toEnumeration(listing, 'last'));
    }
    tellDisagreements(inputs, report, listings);
  },
};

/** By the best way that works; a second one beside it where it costs next to nothing. */
function readListings({ host, wanted, superblocks }: Pick<Inputs, ReadingNeeds>): {
  listings: Listing[];
  failures: NoListing[];
} {
  const { vantage } = host;
  const dev = readNsfsDevice();
  const tries: (Listing | NoListing)[] = [];
  const first = wanted.bpf ? listByBpf(dev) : noBpf;
  tries.push(first);
  if (!isListing(first)) {
    tries.push(wanted.bpf ? listBySuperblocks(superblocks(), dev) : noBpf);
    tries.push(listByListns());
    const isInitial = vantage.namespaces.pid === namespaceTypeFacts.pid.initialInode;
    tries.push(listMountNamespaces(isInitial && isCapable(vantage, 'CAP_SYS_ADMIN')));
  }
  return { listings: tries.filter(isListing), failures: tries.filter((one) => !isListing(one)) as NoListing[] };
}

const noBpf: NoListing = { source: 'BPF', ...bpfUnwanted };

function isListing(one: Listing | NoListing): one is Listing {
  return 'facts' in one;
}

function toEnumeration({ source, wholeTypes, facts }: Listing, pass: 'first' | 'last') {
  return {
    fact: 'enumeration',
    pass,
    source,
    wholeTypes,
    namespaces: facts,
  } as const;
}

function tellLimits(report: Report, listings: readonly Listing[], failures: readonly NoListing[]): void {
  const whole = new Set(listings.flatMap(({ wholeTypes }) => wholeTypes));
  for (const { source, missed } of listings) if (missed > 0) report.limit(limits.listCut(missed, source));
  const missing = namespaceTypes.filter((type) => !whole.has(type));
  if (missing.length === 0 || listings.some(({ missed }) => missed > 0)) return;
  const byBpf = failures.filter(({ source }) => source.startsWith('BPF'));
  report.limit(limits.listNotRead(missing, byBpf));
}

/** What was found and still is there must be in the kernel's list, where that is whole. */
function tellDisagreements(
  inputs: Pick<Inputs, ReadingNeeds | FoundNeeds>,
  report: Report,
  listings: readonly Listing[],
): void {
  const { tasks, namespaces } = inputs;
  for (const { source, wholeTypes, facts } of listings) {
    if (wholeTypes.length === 0) continue;
    // Where holders are not looked for, tasks alone lead to namespaces: a look at each set of links tells whether all is well.
    if (skipHolders(inputs) !== undefined && !isAnyUnlisted(tasks, facts)) continue;
    const listed = new Map<NamespaceType, Set<number>>(wholeTypes.map((type) => [type, new Set()]));
    for (const { type, inode } of facts) listed.get(type)?.add(inode);
    for (const namespace of namespaces.list()) {
      if (listed.get(namespace.type)?.has(namespace.inode) !== false) continue;
      const open = openFound(namespace);
      // It ended meanwhile: that is no disagreement.
      if (!isKnown(open)) continue;
      // While nscope holds it open, a list that is whole must have it.
      const again = readListings(inputs).listings.find((listing) => listing.source === source);
      closeNamespace(open);
      if (!again?.facts.some(({ type, inode }) => type === namespace.type && inode === namespace.inode))
        report.emit({
          fact: 'disagreement',
          text: `${formatNamespace(namespace.type, namespace.inode)} exists, and is not in the kernel's list (${source})`,
        });
    }
  }
}

/** Of a list of all types. Namespaces of all types have their numbers from one source: proc_alloc_inum(). */
function isAnyUnlisted(tasks: Inputs['tasks'], facts: Listing['facts']): boolean {
  const inodes = new Set<unknown>();
  for (const { inode } of facts) inodes.add(inode);
  const isUnlisted = (namespaces: NamespaceInodes) => {
    for (const link of namespaceLinks) {
      const inode = namespaces[link];
      if (!inodes.has(inode) && isKnown(inode)) return true;
    }
    return false;
  };
  return tasks.where(isUnlisted).length > 0;
}
