// An audit in words: the page about one workload, and what a policy found, rule by rule.
import { listExtraCapabilities, matrixTypes } from '../../analysis/audit/audit-fields.ts';
import type { WorkloadAudit } from '../../analysis/audit/audit-workloads.ts';
import type { PolicyRule } from '../../analysis/audit/policy.ts';
import type { HostMount, MountFacts } from '../../analysis/audit/workload-mounts.ts';
import type { WorkloadPlace } from '../../analysis/audit/workload-places.ts';
import { listMaps, type Restrictions } from '../../analysis/audit/workload-restrictions.ts';
import type { Finding } from '../../analysis/findings/finding.ts';
import { nameWorkload } from '../../analysis/listing/workloads.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Workload } from '../../model/snapshot/schema.ts';
import type { Palette } from '../words/colours.ts';
import { escapeText } from '../words/escape.ts';
import { inferredMark } from '../words/inferred.ts';
import { formatKnown, formatUnknown } from '../words/unknown.ts';
import { formatWorkloads } from '../words/workload-names.ts';
import { wrapText } from '../words/wrap-text.ts';
import { formatMapLines } from './show-namespace.ts';
import { alignRows, type Page, type PageItem } from './show-page.ts';
import { formatCapabilityNames } from './show-security.ts';

/** Of longer lists --json has the rest. */
const maxLines = 10;

export function describeAuditPage(audit: WorkloadAudit): Page {
  const { workload, restrictions, mounts } = audit;
  const doubt = workload.certainty === 'likely' ? '  likely' : '';
  return {
    title: `${escapeText(nameWorkload(workload))}  ${workload.kind}${doubt}`,
    sections: [
      [{ label: 'namespaces', lines: alignRows(matrixTypes.map((type) => describePlace(audit.places[type]))) }],
      [
        { label: 'uid map', lines: describeMaps(audit) },
        { label: "host's root", lines: [describeRoot(audit)] },
      ],
      isKnown(restrictions) ? describeRestrictions(restrictions) : lacking('restrictions', restrictions),
      isKnown(mounts) ? describeMounts(mounts) : lacking('mounts', mounts),
    ],
  };
}

function lacking(label: string, value: Parameters<typeof formatUnknown>[0]): PageItem[] {
  return [{ label, lines: [escapeText(formatUnknown(value))] }];
}

function describePlace({ type, verdict, certainty, inodes, inHost, sharedWith }: WorkloadPlace): string[] {
  const mark = certainty === 'likely' ? inferredMark : '';
  const details = [
    ...(inodes.length > 0 ? [inodes.map((inode) => formatNamespace(type, inode)).join(' ')] : []),
    ...(verdict === 'partly' ? [`in the host's: ${inHost.slice(0, maxLines).join(', ')}`] : []),
    ...(sharedWith.length > 0 ? [`with ${escapeText(formatWorkloads(sharedWith))}`] : []),
  ];
  return [type, isKnown(verdict) ? mark + verdict : escapeText(formatUnknown(verdict)), details.join('; ')];
}

function describeMaps({ places, index }: WorkloadAudit): string[] {
  const { inodes, verdict } = places.user;
  if (inodes.length === 0)
    return [isKnown(verdict) ? "that of the host's user namespace" : escapeText(formatUnknown(verdict))];
  return listMaps(inodes, index).flatMap((map) => (isKnown(map) ? [...formatMapLines(map)] : [formatUnknown(map)]));
}

function describeRoot({ mapsRoot, runsAsRoot }: WorkloadAudit): string {
  const yes = (value: Known<boolean>, is: string, isNot: string) => formatKnown(value, (known) => (known ? is : isNot));
  const mapped = yes(mapsRoot, 'uid 0 of the host is mapped', 'uid 0 of the host is not mapped');
  return `${mapped}; ${yes(runsAsRoot, 'processes run as it', 'no process runs as it')}`;
}

function describeRestrictions(restrictions: Restrictions): PageItem[] {
  const { read, processes, effective, bounding, seccomp, noNewPrivs, label } = restrictions;
  const extra = listExtraCapabilities(restrictions);
  return [
    { label: 'processes', lines: [read === processes ? String(read) : `${read} of ${processes} were read`] },
    { label: 'capabilities', lines: [formatCapabilityNames(effective)] },
    { label: 'bounding', lines: [formatCapabilityNames(bounding)] },
    { label: 'beyond Docker', lines: [extra.length === 0 ? 'none' : `${extra.length} of these`] },
    { label: 'seccomp', lines: [formatKnown(seccomp, (mode) => mode)] },
    { label: 'no new privs', lines: [formatKnown(noNewPrivs, (all) => (all ? 'yes' : 'no'))] },
    { label: 'label', lines: [formatKnown(label, (text) => (text === null ? 'none' : escapeText(text)))] },
  ];
}

function describeMounts({ proc, exposedProc, sys, hostMounts, propagates, hasHostRoot, cut }: MountFacts): PageItem[] {
  const list = (label: string, lines: readonly string[]): PageItem[] =>
    lines.length === 0 ? [] : [{ label, lines, maxLines }];
  return [
    { label: 'root', lines: [hasHostRoot ? 'that of the host' : 'its own'] },
    { label: '/proc', lines: [proc] },
    ...list('not covered', exposedProc.map(escapeText)),
    { label: '/sys', lines: [sys] },
    ...list('host mounts', hostMounts.map(describeMount)),
    ...list('propagates', propagates.map(escapeText)),
    ...list('not whole', cut === undefined ? [] : [escapeText(cut)]),
  ];
}

function describeMount({ path, source, readOnly, kind }: HostMount): string {
  const word = kind === 'plain' ? '' : kind === 'sensitive' ? ', sensitive' : ', the socket of an engine';
  return `${escapeText(source)} at ${escapeText(path)}, ${readOnly ? 'read-only' : 'writable'}${word}`;
}

interface RuleLinesOptions {
  readonly width: number | undefined;
  readonly palette: Palette;
}

/** Each rule that is broken, and by which workloads; gravest first, as the findings are. */
export function* formatByRule(
  findings: readonly Finding[],
  rules: readonly PolicyRule[],
  workloads: readonly Workload[],
  { width, palette }: RuleLinesOptions,
): Generator<string> {
  const byRule = new Map<string, Finding[]>();
  for (const finding of findings) byRule.set(finding.code, [...(byRule.get(finding.code) ?? []), finding]);
  for (const [code, found] of byRule) {
    const rule = rules.find(({ name }) => name === code);
    if (!rule) continue;
    const { severity, message, controls = [] } = rule;
    const asked = controls.length > 0 ? ` (${controls.join(', ')})` : '';
    const [first = '', ...rest] = wrapText(`${severity}: ${code}: ${escapeText(`${message}${asked}`)}`, width);
    const paint = severity === 'note' ? palette.faint : palette.strong;
    yield `${paint(first.slice(0, severity.length))}${first.slice(severity.length)}`;
    for (const line of rest) yield `  ${line}`;
    const names = found.flatMap(({ subjects: [subject] }) =>
      workloads.filter((one) => subject?.kind === 'workload' && one.engine === subject.engine && one.id === subject.id),
    );
    for (const line of wrapText(escapeText(formatWorkloads(names)), width && width - 4)) yield `    ${line}`;
  }
}
