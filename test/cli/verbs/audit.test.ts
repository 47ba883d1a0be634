// The verb audit on a recorded host: the matrix, a page, policies of one's own, SARIF, and what is wrong with them.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { defaultPolicy } from '../../../src/analysis/audit/default-policy.ts';
import type { Conditions } from '../../../src/model/snapshot/schema.ts';
import { hostInodes } from '../../recorded-facts.ts';
import { idA, ownLinks, withWorkloads } from '../../workloads/recorded-host.ts';
import { type Outcome, runInTurn, runNscope } from '../run-nscope.ts';

const hostile = '\x1b]0;x\x07name';

const securities: Conditions['securities'] = [201, 301].map((pid) => ({
  pid,
  uids: [0, 0, 0, 0],
  capabilities: { effective: 'a80425fb', permitted: 'a80425fb', bounding: 'a80425fb' },
  noNewPrivs: false,
  seccomp: pid === 201 ? 0 : 2,
  label: 'unconfined',
}));

const snapshot = {
  ...withWorkloads([
    { pid: 200, comm: 'conmon', words: ['conmon', '-c', idA, '-n', 'web'] },
    { pid: 201, ppid: 200, words: ['nginx'], namespaces: { ...ownLinks(1), net: hostInodes.net } },
    { pid: 300, comm: 'conmon', words: ['conmon', '-c', 'b2'.repeat(32), '-n', hostile] },
    { pid: 301, ppid: 300, words: ['evil'], namespaces: ownLinks(2) },
    { pid: 900, words: ['nscope'] },
  ]),
  conditions: { securities },
};

let directory = '';
let file = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-audit-'));
  file = join(directory, 'host.json');
  writeFileSync(file, JSON.stringify(snapshot));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function run(...runs: readonly (readonly string[])[]): Outcome[] {
  return runInTurn(runs.map((words) => ['audit', ...words, '--from', file]));
}

function writePolicy(name: string, policy: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, typeof policy === 'string' ? policy : JSON.stringify(policy));
  return path;
}

const network = { name: 'no-host-network', severity: 'error', when: 'netns == "host"', message: 'uses it' };

test('The table has a row for each workload, and below it the broken rules with those who break them.', () => {
  const [all, chosen] = run(['--only', 'host-network,no-seccomp'], ['--filter', 'netns == "own"', '-o', 'name,netns']);
  assert.equal(all?.status, 1, all?.stderr);
  const { stdout, lines } = all ?? assert.fail();
  assert.deepEqual(lines[0]?.split(/ +/).slice(0, 7), ['WORKLOAD', 'NET', 'PID', 'IPC', 'UTS', 'MNT', 'USER']);
  assert.match(stdout, /^~podman:web +host +host +host +host +own +host /m);
  assert.match(stdout, /^warning: host-network: .*CIS Docker 5\.10.*\n {4}~podman:web$/m);
  assert.match(stdout, /^2 warnings \(2 rules\)$/m);
  assert.ok(!stdout.includes('\x1b'), 'names are escaped');
  assert.deepEqual(
    chosen?.lines.slice(0, 2).map((line) => line.trim().split(/ +/)),
    [
      ['NAME', 'NET'],
      ['\\e]0;x\\x07name', 'own'],
    ],
  );
});

test('A workload as TARGET, or a process of it, has a page with what is known of it and what fixes it.', () => {
  const [page, same] = run(['podman:web'], ['201']);
  assert.equal(page?.stdout, same?.stdout);
  assert.match(page?.stdout ?? '', /^podman:web {2}container {2}likely$/m);
  assert.match(page?.stdout ?? '', /net +host$/m);
  assert.match(page?.stdout ?? '', /mnt +own +mnt:\[4026532001\]$/m);
  assert.match(page?.stdout ?? '', /seccomp +off$/m);
  assert.match(page?.stdout ?? '', /mounts +unknown: the snapshot has no views of mounts/);
  assert.match(page?.stdout ?? '', /fix +start it without --network host/);
});

test('A rule that cannot be decided is named, and is status 3 where none is broken.', () => {
  const [open, kept, never, note] = run(
    ['--only', 'writable-sys'],
    ['--only', 'host-mount'],
    ['--only', 'writable-sys', '--fail-on', 'never'],
    ['--only', 'unconfined', '--fail-on', 'warning'],
  );
  assert.equal(open?.status, 3);
  assert.match(open?.stderr ?? '', /not decided: writable-sys: .*podman:web: the snapshot has no views of mounts/);
  assert.deepEqual([kept?.status, never?.status, note?.status], [0, 0, 0]);
});

test('A policy of one’s own replaces the default one, or extends it.', () => {
  const alone = writePolicy('alone.json', { rules: [network] });
  const except = ['engine-socket', 'privileged', 'host-mount'];
  const extended = writePolicy('extended.json', { extends: 'default', except, rules: [network] });
  const [own, rules, asJson] = run(
    ['--policy', alone, '--json'],
    ['--policy', extended, '--rules', '--json'],
    ['--policy', alone, '--rules'],
  );
  assert.equal(own?.status, 1, own?.stderr);
  const { findings, workloads } = JSON.parse(own?.stdout ?? '') as {
    findings: { code: string; says: string }[];
    workloads: { namespaces: { type: string; verdict: string }[] }[];
  };
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['no-host-network'],
  );
  assert.match(findings[0]?.says ?? '', /^podman:web.* uses it$/);
  assert.equal(workloads[1]?.namespaces.find(({ type }) => type === 'net')?.verdict, 'host');
  const { rules: listed } = JSON.parse(rules?.stdout ?? '') as { rules: { name: string }[] };
  assert.equal(listed.length, defaultPolicy.length - except.length + 1);
  assert.match(asJson?.stdout ?? '', /^no-host-network \(error\): uses it\n {2}when netns == "host"$/m);
  const piped = runNscope(['audit', '--policy', '-', '--rules'], JSON.stringify({ rules: [network] }));
  assert.match(piped.stdout, /^no-host-network/);
});

test('What is wrong in a policy is said, and where; what was probably meant is named.', () => {
  const withRule = (rule: object) => ({ rules: [{ ...network, ...rule }] });
  const cases: readonly (readonly [unknown, RegExp])[] = [
    ['{"rules": [\n  {"name": x}]}', /is not JSON: line 2, column 12: unexpected "x"/],
    ['', /ends too early/],
    ['[]', /an object with "rules" was expected/],
    [{ ruels: [] }, /there is no "ruels"; did you mean rules\?/],
    [{ rules: [] }, /it has no rule/],
    [{ rules: {} }, /rules: a list was expected/],
    [{ rules: [7] }, /rules\[0\]: an object was expected/],
    [{ rules: [network, network] }, /two rules are called "no-host-network"/],
    [withRule({ severity: 'warn' }), /rules\[0\]\.severity: "warn" is not a severity; did you mean warning\?/],
    [withRule({ name: 'No Host' }), /rules\[0\]\.name: "No Host" is not small letters/],
    [withRule({ message: undefined }), /"message" is missing/],
    [withRule({ massage: 'x' }), /there is no "massage"; did you mean message\?/],
    [
      withRule({ when: 'netsn == "host"' }),
      /rule "no-host-network": when: there is no column netsn; did you mean netns\?.*\n {2}netsn == "host"\n {2}\^+$/m,
    ],
    [withRule({ when: 'netns = "host"' }), /= is not an operator; == is/],
    [withRule({ when: 'netns' }), /a condition is wanted, and netns is text/],
    [withRule({ controls: 'CIS' }), /rules\[0\]\.controls: a list of texts was expected/],
    [{ extends: 'defualt' }, /the one policy to extend is "default"/],
    [{ extends: 'default', except: ['host-netwrok'] }, /there is no rule "host-netwrok"; did you mean host-network\?/],
  ];
  const outcomes = run(...cases.map(([policy], i) => ['--policy', writePolicy(`bad${i}.json`, policy)]));
  cases.forEach(([, message], i) => {
    const { status, stdout, stderr } = outcomes[i] ?? assert.fail();
    assert.deepEqual([status, stdout], [2, ''], stderr);
    assert.match(stderr, message);
  });
});

test('Words that are wrong are status 2, and the nearest right one is named.', () => {
  const cases: readonly (readonly [RegExp, ...string[]])[] = [
    [/--only: there is no rule "host-netwrok"; did you mean host-network\?/, '--only', 'host-netwrok'],
    [/--fail-on: "warn" is not a severity; did you mean warning\?/, '--fail-on', 'warn'],
    [/cannot read .*: ENOENT/, '--policy', join(directory, 'none.json')],
    [/cannot read .*: EISDIR/, '--policy', directory],
    [/there is no column "netsn"; did you mean netns\?/, '-o', 'netsn'],
    [/process 900 belongs to no workload; nscope compare/, '900'],
    [/a workload is wanted, or a process of one/, 'mnt:[4026532001]'],
    [/cannot write .*: ENOENT/, '--only', 'host-network', `--sarif=${join(directory, 'none', 'x')}`],
  ];
  const outcomes = run(...cases.map(([, ...words]) => words));
  cases.forEach(([message, ...words], i) => {
    const { status, stdout, stderr } = outcomes[i] ?? assert.fail();
    assert.match(stderr, message);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
  });
});

interface Sarif {
  readonly $schema: string;
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] } };
    readonly invocations: readonly { readonly toolExecutionNotifications: readonly unknown[] }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly { readonly logicalLocations: readonly { readonly fullyQualifiedName: string }[] }[];
    }[];
  }[];
}

test('SARIF goes alone to standard output, or into a file beside the usual answer.', () => {
  const path = join(directory, 'out.sarif');
  const [alone, beside] = run(['--sarif'], [`--sarif=${path}`, '--only', 'host-network']);
  const log = JSON.parse(alone?.stdout ?? '') as Sarif;
  assert.match(log.$schema, /sarif-schema-2\.1\.0\.json$/);
  assert.equal(log.version, '2.1.0');
  const [{ tool, results, invocations } = assert.fail(), ...others] = log.runs;
  assert.equal(others.length, 0);
  assert.deepEqual(
    tool.driver.rules.map(({ id }) => id),
    defaultPolicy.map(({ name }) => name),
  );
  assert.ok(results.length > 4);
  for (const { ruleId, ruleIndex, level, message, locations } of results) {
    assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.ok(['note', 'warning', 'error'].includes(level));
    assert.ok(message.text.length > 0);
    assert.match(locations[0]?.logicalLocations[0]?.fullyQualifiedName ?? '', /^recorded\/podman:/);
  }
  assert.ok((invocations[0]?.toolExecutionNotifications.length ?? 0) > 0, 'what was not decided is said');
  assert.match(beside?.stdout ?? '', /^warning: host-network/m);
  const written = JSON.parse(readFileSync(path, 'utf8')) as Sarif;
  assert.deepEqual(
    written.runs[0]?.results.map(({ ruleId }) => ruleId),
    ['host-network'],
  );
});
