// A policy: rules over the fields of a workload, each an expression that is true where the rule is broken.
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import type { Finding, Fix, Severity } from '../findings/finding.ts';
import { severities } from '../findings/finding.ts';
import type { Undecided, Verdicts } from '../findings/run-rules.ts';
import { compileFilter, type Filter, type FilterValue, listFilterFields } from '../listing/filter.ts';
import { nameWorkload } from '../listing/workloads.ts';
import { type AuditField, auditFields, nameTypeField } from './audit-fields.ts';
import { listLikely, type WorkloadAudit } from './audit-workloads.ts';

/** A rule as a policy has it. */
export interface PolicyRule {
  /** Stable, in kebab-case: the code of its findings. */
  readonly name: string;
  readonly severity: Severity;
  /** CEL over the fields of a workload: true where the rule is broken. */
  readonly when: string;
  /** What is wrong then, after the name of the workload: "is in the network namespace of the host". */
  readonly message: string;
  /** What it means, in a sentence or two. */
  readonly means?: string;
  /** What puts it right. */
  readonly fix?: string;
  /** The controls of published benchmarks that ask the same. */
  readonly controls?: readonly string[];
}

export interface CompiledRule extends PolicyRule {
  readonly filter: Filter;
  readonly used: readonly AuditField[];
}

/** @throws FilterError for an expression that is wrong, with the place */
export function compileRule(rule: PolicyRule): CompiledRule {
  return {
    ...rule,
    filter: compileFilter(rule.when, auditFields),
    used: listFilterFields(rule.when, auditFields),
  };
}

/** Each rule of each workload: broken, kept, or not decided for what is not known. */
export function applyPolicy(audits: readonly WorkloadAudit[], rules: readonly CompiledRule[]): Verdicts {
  const findings: Finding[] = [];
  const undecided: Undecided[] = [];
  for (const rule of rules) {
    const open = new Map<string, string[]>();
    for (const audit of audits) {
      const values = rule.used.map((field) => ({ field, value: field.value(audit) }));
      const answer = rule.filter(Object.fromEntries(values.map(({ field, value }) => [field.name, toFilter(value)])));
      if (answer === true) findings.push(describe(rule, audit, values));
      // What is none is not what was asked for; what is not known may be.
      const reason = answer === undefined ? explainOpen(values) : undefined;
      if (reason !== undefined) open.set(reason, [...(open.get(reason) ?? []), nameWorkload(audit.workload)]);
    }
    for (const [reason, names] of open) undecided.push({ code: rule.name, why: `${listSome(names)}: ${reason}` });
  }
  findings.sort((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
  return { findings, undecided, decided: rules.length };
}

type Values = readonly { readonly field: AuditField; readonly value: Known<FilterValue> }[];

function explainOpen(values: Values): string | undefined {
  const reasons = values.flatMap(({ field, value }) => {
    if (isKnown(value)) return [];
    return [value.detail === undefined ? `${field.name} is not known: ${explain(value)}` : explain(value)];
  });
  if (reasons.length > 0) return [...new Set(reasons)].join('; ');
  return values.every(({ value }) => value !== null) ? 'its expression has no value there' : undefined;
}

function toFilter(value: Known<FilterValue>): FilterValue | undefined {
  return isKnown(value) ? value : undefined;
}

function explain({ unknown, errno, detail }: Unknown): string {
  return `${detail ?? unknown}${errno === undefined ? '' : ` (${errno})`}`;
}

function describe(
  { name, severity, message, fix, controls = [] }: CompiledRule,
  audit: WorkloadAudit,
  values: Values,
): Finding {
  const { workload } = audit;
  const inferred = new Set(listLikely(audit).map(nameTypeField));
  const { engine, id, leader, certainty } = workload;
  const doubt = certainty === 'likely' ? ', which is only likely to be what it looks like,' : '';
  const fixes: readonly Fix[] = fix === undefined ? [] : [{ text: fix }];
  return {
    code: name,
    severity,
    subjects: [
      { kind: 'workload', engine, id },
      ...(leader === null ? [] : [{ kind: 'process' as const, pid: leader }]),
    ],
    says: `${nameWorkload(workload)}${doubt} ${message}`,
    seen: [
      ...values.flatMap(({ field: { name: of }, value }) =>
        obvious.has(of) ? [] : [`${of}: ${say(value)}${inferred.has(of) ? ', as inferred' : ''}`],
      ),
      ...(controls.length > 0 ? [`asked for by ${controls.join(', ')}`] : []),
    ],
    fixes,
  };
}

/** Whoever reads the finding knows these. */
const obvious = new Set(['kind', 'engine', 'workload', 'name']);

const maxMembers = 8;

function say(value: Known<FilterValue>): string {
  if (!isKnown(value)) return explain(value);
  if (value === null) return 'none';
  return typeof value === 'object' ? listSome(value) || 'none' : String(value);
}

function listSome(words: readonly string[]): string {
  const rest = words.length - maxMembers;
  return `${words.slice(0, maxMembers).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
