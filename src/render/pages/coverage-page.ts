// All that a snapshot says of what it may lack: what could not be seen, what that means for the listings, what would lift
// it, what was tried and refused.
import { describeUnseen } from '../../model/build/unseen-holders.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Coverage, Limit } from '../../model/snapshot/schema.ts';
import { escapeText } from '../words/escape.ts';
import { alignRows, type Page, type PageItem, type PageSection } from './show-page.ts';

interface Meaning {
  readonly always: string;
  /** Besides, where the kernel did not list all namespaces. */
  readonly whenPartial?: string;
}

const maybeElsewhere: Meaning = {
  always:
    'in which namespaces these are is inferred where it can be (a tilde marks that), and else not known: counts of processes may be too low',
  whenPartial: 'a namespace that they alone are in may be missing',
};
const notThere: Meaning = {
  always: 'these processes are not listed',
  whenPartial: 'a namespace that they alone are in, or hold, is missing',
};
const holdersMayMiss: Meaning = {
  always: 'nscope holders does not list what these hold',
  whenPartial: 'a namespace that they alone hold is missing',
};
const namesMissing: Meaning = {
  always: 'namespaces are listed without names that ip netns gave them',
  whenPartial: 'one that such a name alone holds may be missing',
};
const treesMissing: Meaning = {
  always: 'trees of owners and parents, and what a process may do to these, are not whole',
  whenPartial: 'an owner or parent that nothing else holds is missing',
};
const peersMissing: Meaning = { always: 'a network namespace that only such a link leads to is missing' };

/** What each limit means for the listings. */
const meanings: Readonly<Record<Limit['code'], Meaning>> = {
  'addon-missing': {
    always: 'owners, parents, ids, host names and what sockets hold are not shown, and no namespace can be entered',
    whenPartial: 'an owner or parent that nothing else holds is missing',
  },
  'files-refused': maybeElsewhere,
  'processes-hidden': notThere,
  'processes-outside': notThere,
  'links-refused': maybeElsewhere,
  'descriptors-refused': holdersMayMiss,
  'list-not-read': {
    always:
      'a namespace that no process is in, and no descriptor, socket, mount or child that was seen holds, is missing',
  },
  'list-cut': { always: 'a namespace that nothing visible leads to may be missing' },
  'mounts-unread': holdersMayMiss,
  'mounts-silent': { always: 'such a namespace has no owner and no id, or is missing' },
  'names-silent': namesMissing,
  'names-cut': namesMissing,
  'queue-cut': holdersMayMiss,
  'sockets-refused': holdersMayMiss,
  'owner-out-of-reach': treesMissing,
  'above-out-of-reach': treesMissing,
  'peers-not-found': peersMissing,
  'peers-not-followed': peersMissing,
  'workloads-nameless': { always: 'these workloads are listed by their ids' },
};

export function describeCoveragePage(coverage: Coverage): Page {
  const { verdict, limits = [], reasons, unseenHolders, disagreements } = coverage;
  const isDetailed = limits.length === reasons.length;
  return {
    title: describeVerdict(coverage),
    sections: [
      ...(isDetailed ? limits.map((limit) => describeLimit(limit, verdict)) : [describeReasons(coverage)]),
      listLines('disagree', disagreements),
      listLines(
        'holders',
        unseenHolders.length === 0 ? [] : [notEverywhere, ...describeUnseen(namespaceTypes, unseenHolders)],
      ),
      describeRefusals(coverage),
      describeSources(coverage),
    ],
  };
}

const notEverywhere = 'not looked for everywhere:';

function describeVerdict({ verdict, reasons }: Coverage): string {
  if (verdict === 'partial') return 'partial: the kernel did not list all namespaces, and one may be missing';
  return reasons.length === 0
    ? 'complete: the kernel listed all namespaces'
    : 'complete: the kernel listed all namespaces; details of some are not known';
}

function describeLimit({ code, brief, reason, lift }: Limit, verdict: Coverage['verdict']): PageSection {
  const { always, whenPartial } = meanings[code];
  const means = verdict === 'partial' && whenPartial !== undefined ? `${always}; ${whenPartial}` : always;
  return [
    { label: 'not seen', lines: [escapeText(brief)] },
    { label: 'why', lines: [escapeText(reason)] },
    { label: 'means', lines: [means] },
    { label: 'to lift it', lines: [lift === undefined ? 'nothing that nscope knows of' : escapeText(lift)] },
  ];
}

/** Of a snapshot that has sentences alone. */
function describeReasons({ reasons, lifts }: Coverage): PageSection {
  return [...listLines('not seen', reasons), ...listLines('to lift it', lifts)];
}

function listLines(label: string, lines: readonly string[]): PageSection {
  return lines.length === 0 ? [] : [{ label, lines: lines.map(escapeText) }];
}

/** Each thing that was tried, with the errno, and of BPF the type of the program; the first path or call. */
function describeRefusals({ sources }: Coverage): PageSection {
  const refusals = sources.flatMap((source) => source.refusals);
  const rows = refusals.map(({ what, errno, count, example }) =>
    [what, errno, `${count}x`, example].map((text) => escapeText(text)),
  );
  return rows.length === 0 ? [] : [{ label: 'refused', lines: alignRows(rows, [2]), rows: true }];
}

/** Those that did not run stand by their reasons. */
function describeSources({ sources }: Coverage): PageSection {
  const ran = sources.filter((source) => source.ran);
  const ms = ran.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const byReason = new Map<string, string[]>();
  for (const { source, ran: hasRun, skipped = '' } of sources)
    if (!hasRun) byReason.set(skipped, [...(byReason.get(skipped) ?? []), source]);
  const items: PageItem[] = [{ label: 'asked', lines: [`${ran.length} sources, in ${ms.toFixed(0)} ms`] }];
  const skipped = [...byReason].map(([reason, names]) => escapeText(`${names.join(', ')}: ${reason}`));
  if (skipped.length > 0) items.push({ label: 'not asked', lines: skipped });
  return sources.length > 0 ? items : [];
}
