// Why something was refused, as a person reads it: what was tried, then each gate with its evidence and what lifts it.
import type { GateFinding } from '../../analysis/refusals/explain.ts';
import type { CommandRefusal } from '../../analysis/refusals/judge-command.ts';
import type { EntryJudgement } from '../../analysis/refusals/judge-entry.ts';
import type { ExplainedRefusal, MakingVerdict } from '../../analysis/refusals/judge-making.ts';
import type { CallerState, RefusedCall } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { escapeText } from '../words/escape.ts';
import type { Page, PageItem, PageSection } from './show-page.ts';

const certainties: Readonly<Record<GateFinding['certainty'], string>> = {
  certain: '',
  likely: ' (likely, not certain)',
  next: ' (would refuse next)',
};

const extras: Readonly<Record<string, string>> = {
  maps: 'map the own id to root of it',
  proc: 'mount a new /proc of a new pid namespace',
};

/** The page of `nscope why`. */
export function describeMaking(verdicts: readonly MakingVerdict[], caller: CallerState): Page {
  const list: PageSection = verdicts.map(({ what, way, refusals }) => {
    const direct = refusals.find((one) => one.way === 'directly');
    const [finding] = direct?.findings ?? [];
    const refused = direct && finding ? `; directly ${direct.refused.errno}: ${finding.gate}` : '';
    const words = what in extras ? 'yes' : 'can be made';
    const lines = [
      way === null ? `refused (${refusals.at(-1)?.refused.errno ?? ''})` : `${formatWay(way, words)}${refused}`,
    ];
    return { label: extras[what] ?? what, lines };
  });
  // A way that was refused matters where no other is left.
  const refusals = verdicts.filter(({ way }) => way === null).flatMap((verdict) => verdict.refusals);
  return { title: describeCaller(caller), sections: [list, ...describeRefusals(refusals)] };
}

function formatWay(way: NonNullable<MakingVerdict['way']>, words: string): string {
  return way === 'directly' ? 'can be made' : words === 'can be made' ? 'can be made in a new user namespace' : words;
}

/** The page of `nscope why --enter`. */
export function describeEntry(judgements: readonly EntryJudgement[], caller: CallerState): Page {
  const list = judgements.map(
    ({ namespace: { type, inode }, verdict, refused }): PageItem => ({
      label: inode === null ? type : formatNamespace(type, inode),
      lines: [
        refused ? `refused (${refused.errno})` : verdict === 'already in it' ? verdict : `can be entered ${verdict}`,
      ],
    }),
  );
  const refusals = judgements.flatMap(({ refused, findings }) => (refused ? [{ refused, findings }] : []));
  return { title: describeCaller(caller), sections: [list, ...describeRefusals(refusals)] };
}

/** What was seen of a command. */
interface CommandAnswer {
  readonly words: readonly string[];
  readonly end: { readonly status: number } | { readonly signal: number } | undefined;
  readonly refusals: readonly CommandRefusal[];
  readonly notes: readonly string[];
  readonly caller: CallerState;
}

/** The page of `nscope why -- COMMAND`. */
export function describeCommand({ words, end, refusals, notes, caller }: CommandAnswer): Page {
  const ended =
    end === undefined ? 'not known' : 'signal' in end ? `killed by signal ${end.signal}` : `exit status ${end.status}`;
  const list: PageItem[] = [
    { label: 'command', lines: [escapeText(words.join(' '))] },
    { label: 'ended', lines: [ended] },
    { label: 'refused calls', lines: [refusals.length === 0 ? 'none' : String(refusals.length)] },
    ...notes.map((text) => ({ label: 'note', lines: [text] })),
  ];
  const calls = refusals.map(
    ({ pid, comm, count, refused, findings }): PageItem => ({
      label: `  ${pid}`,
      lines: [
        `${escapeText(comm)}  ${formatCall(refused)}: ${refused.errno}${count > 1 ? ` (${count} times)` : ''}: ${findings.map(({ gate }) => gate).join(', ')}`,
      ],
    }),
  );
  return { title: describeCaller(caller), sections: [[...list, ...calls], ...describeRefusals(refusals)] };
}

export function describeCaller({ euid, effective, userNamespace, seccomp, noNewPrivs, label }: CallerState): string {
  const where = isKnown(userNamespace) ? formatNamespace('user', userNamespace) : 'a user namespace that is not known';
  return [
    `uid ${euid} in ${where}`,
    `CapEff ${effective}`,
    ...(seccomp === 0 ? [] : ['seccomp filters']),
    ...(noNewPrivs === true ? ['no_new_privs'] : []),
    ...(isKnown(label) ? [`label ${escapeText(label)}`] : []),
  ].join(', ');
}

/** A section for each explanation; calls that have the same one share it, with what was seen of each. */
export function describeRefusals(refusals: readonly ExplainedRefusal[]): PageSection[] {
  const groups = new Map<string, ExplainedRefusal[]>();
  for (const one of refusals) {
    const key = JSON.stringify([
      one.refused.errno,
      one.findings.map(({ gate, certainty, meaning, fix }) => [gate, certainty, meaning, fix]),
    ]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    return [
      {
        label: 'refused',
        lines: [`${formatCalls(group.map(({ refused }) => refused))}: ${first?.refused.errno ?? ''}`],
      },
      ...(first?.findings ?? []).flatMap((finding, place) => {
        const seen = group.flatMap(({ findings }) => findings[place]?.evidence ?? []);
        return describeFinding({ ...finding, evidence: [...new Set(seen)] });
      }),
    ];
  });
}

function describeFinding({ gate, certainty, evidence, meaning, fix, source }: GateFinding): PageItem[] {
  return [
    { label: '  gate', lines: [`${gate}${certainties[certainty]}: ${escapeText(meaning)}`] },
    { label: '    seen', lines: evidence.map(escapeText) },
    { label: '    fix', lines: [escapeText(fix.how), ...(fix.command === null ? [] : [escapeText(fix.command)])] },
    ...(source === '' ? [] : [{ label: '    kernel', lines: [source] }]),
  ];
}

/** `setns(/proc/812/ns/cgroup, ipc, mnt)`: links of one process are told by their types. */
function formatCalls(calls: readonly RefusedCall[]): string {
  const links = new Map<string, string[]>();
  const others: string[] = [];
  for (const call of calls) {
    const [, directory, name] = /^(\/proc\/\d+\/ns\/)(\w+)$/.exec(call.target ?? '') ?? [];
    if (call.call === 'setns' && directory !== undefined && name !== undefined)
      links.set(directory, [...(links.get(directory) ?? []), name]);
    else others.push(formatCall(call));
  }
  const grouped = [...links].map(([directory, names]) => `setns(${directory}${[...new Set(names)].join(', ')})`);
  return [...new Set([...grouped, ...others])].join(', ');
}

/** `unshare(CLONE_NEWUSER)`, `mount(proc, /proc)`. */
export function formatCall({ call, types, source, target, fsType }: RefusedCall): string {
  const flags = types.map((type) => namespaceTypeFacts[type].cloneFlag).join(' | ');
  const words = call === 'setns' || flags === '' ? [target ?? ''] : [flags];
  const kind = fsType !== undefined && fsType !== '' ? [fsType] : source !== undefined && source !== '' ? [source] : [];
  const listed = [...(call === 'write' ? [] : kind), ...words].filter((word) => word !== '');
  return escapeText(`${call}(${listed.join(', ')})`);
}
