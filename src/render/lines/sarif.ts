// Findings about workloads as SARIF 2.1.0, which code scanning services read.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
import type { PolicyRule } from '../../analysis/audit/policy.ts';
import type { Finding, Severity } from '../../analysis/findings/finding.ts';
import type { Undecided } from '../../analysis/findings/run-rules.ts';
import type { HostSnapshot } from '../../model/snapshot/schema.ts';

const home = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

interface SarifInput {
  readonly rules: readonly PolicyRule[];
  readonly findings: readonly Finding[];
  readonly undecided: readonly Undecided[];
  readonly host: HostSnapshot;
}

/** A log with one run: each finding is a result whose logical location is the workload. */
export function toSarif({ rules, findings, undecided, host }: SarifInput): object {
  const indexes = new Map(rules.map(({ name }, i) => [name, i]));
  return {
    $schema: home,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'nscope', version: host.nscopeVersion, rules: rules.map(describeRule) },
        },
        invocations: [
          {
            executionSuccessful: true,
            endTimeUtc: host.takenAt,
            machine: host.name,
            toolExecutionNotifications: undecided.map(({ code, why }) => ({
              level: 'note',
              message: { text: `not decided: ${why}` },
              associatedRule: { id: code, index: indexes.get(code) ?? -1 },
            })),
          },
        ],
        results: findings.map((finding) => describeResult(finding, host, indexes)),
      },
    ],
  };
}

const levels: Readonly<Record<Severity, string>> = { note: 'note', warning: 'warning', error: 'error' };

function describeRule({ name, severity, message, means, fix, controls }: PolicyRule): object {
  return {
    id: name,
    shortDescription: { text: `The workload ${message}.` },
    ...(means === undefined ? {} : { fullDescription: { text: means } }),
    ...(fix === undefined ? {} : { help: { text: fix } }),
    defaultConfiguration: { level: levels[severity] },
    ...(controls === undefined ? {} : { properties: { tags: controls } }),
  };
}

function describeResult(
  { code, severity, says, seen, subjects }: Finding,
  { name }: HostSnapshot,
  indexes: ReadonlyMap<string, number>,
): object {
  const logicalLocations = subjects.flatMap((subject) =>
    subject.kind === 'workload'
      ? [
          {
            name: subject.id,
            fullyQualifiedName: `${name}/${subject.engine}:${subject.id}`,
            kind: 'resource',
          },
        ]
      : [],
  );
  return {
    ruleId: code,
    ruleIndex: indexes.get(code) ?? -1,
    level: levels[severity],
    message: { text: [says, ...seen].join('\n') },
    locations: [{ logicalLocations }],
    // The same workload breaks the same rule, whatever its processes are called then.
    partialFingerprints: { 'nscope/v1': `${code} ${logicalLocations[0]?.fullyQualifiedName ?? ''}` },
  };
}
