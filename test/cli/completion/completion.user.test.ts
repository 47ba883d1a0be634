// The completion scripts, in the shells that they are for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { verbNames } from '../../../src/cli/table/verbs.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { missing } from '../../tiers.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-completion-'));
  for (const shell of shells) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'completion', shell], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    writeFileSync(scriptOf(shell), stdout);
  }
});
after(() => rmSync(directory, { recursive: true, force: true }));

function scriptOf(shell: Shell): string {
  return join(directory, `nscope.${shell}`);
}

/** Runs a program of a shell that has loaded its script; nothing may be written to standard error. */
function run(shell: Shell, program: string, noStartUp: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(shell, [...noStartUp, '-c', program], {
    encoding: 'utf8',
    cwd: directory,
    timeout: 30_000,
    env: { PATH: `${directory}/bin:${process.env['PATH']}`, HOME: directory, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
  });
  assert.equal(stderr, '');
  assert.equal(status, 0, stdout);
  return stdout.split('\n').filter((line) => line !== '');
}

/** What bash offers for a line; each option of compopt(1) that it sets comes after "#". */
function askBash(line: string): string[] {
  return run(
    'bash',
    `source ${scriptOf('bash')}
    compopt() { options+=("#$2"); }
    declare -p -F _nscope >/dev/null && complete -p nscope >/dev/null || exit 1
    COMP_LINE=$'${line.replaceAll("'", "\\'")}' COMP_POINT=\${#COMP_LINE} options=()
    _nscope
    printf '%s\\n' "\${COMPREPLY[@]}" "\${options[@]}"`,
    ['--norc', '--noprofile'],
  );
}

function askFish(line: string): string[] {
  const offers = run('fish', `source ${scriptOf('fish')}; complete -C '${line}'`, ['--no-config']);
  return offers.map((offer) => offer.split('\t')[0] ?? '').sort();
}

/** Types into an interactive zsh and presses the key; each line must then show the pattern. */
function typeInZsh(cases: readonly (readonly [line: string, pattern: string])[]): string[] {
  const asks = cases.map(
    ([line, pattern]) => `zpty -n -w z '${line}'$'\\t'; zpty -r -m z out '*${pattern}*'
      print -r -- '${line}'; zpty -n -w z $'\\x15'`,
  );
  return run(
    'zsh',
    `zmodload zsh/zpty; zpty z 'zsh -f -i'
    zpty -w z 'PROMPT=; autoload -U compinit; compinit -D -u; source ${scriptOf('zsh')}; echo LOAD""ED'
    zpty -r -m z out '*LOADED*'
    ${asks.join('\n')}
    zpty -d z`,
    ['-f'],
  );
}

/** Puts a program called nscope into the PATH of the shells, which prints these workloads and notes that it ran. */
function pretend(workloads: readonly string[]): void {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'nscope'), `#!/bin/sh\necho "$*" >> ${directory}/ran\ncat ${directory}/workloads\n`, {
    mode: 0o755,
  });
  writeFileSync(join(directory, 'workloads'), workloads.map((name) => `${name}\n`).join(''));
}

const skipBash = missing({ commands: ['bash'] });
const skipZsh = missing({ commands: ['zsh'] });
const skipFish = missing({ commands: ['fish'] });

test('In bash the first word is completed to a verb.', { skip: skipBash }, () => {
  assert.deepEqual(askBash('nscope '), [...verbNames, 'help']);
  assert.deepEqual(askBash('nscope lis'), ['listns']);
  assert.deepEqual(askBash('nscope help lis'), ['listns']);
  assert.deepEqual(askBash('nscope help tar'), ['target']);
  assert.deepEqual(askBash('nscope completion z'), ['zsh']);
});

test('In bash options, their choices and lists with commas are completed, for the usual verb as well.', {
  skip: skipBash,
}, () => {
  assert.deepEqual(askBash('nscope ls --ty'), ['--type']);
  assert.deepEqual(askBash('nscope --ty'), ['--type']);
  assert.deepEqual(askBash('nscope snapshot --ty'), []);
  assert.deepEqual(askBash('nscope ls --type '), [...namespaceTypes, '#nospace']);
  assert.deepEqual(askBash('nscope ls -t net,m'), ['net,mnt', '#nospace']);
  assert.deepEqual(askBash('nscope ls --columns +own'), ['+owner', '+ownerUid', '#nospace']);
  assert.deepEqual(askBash('nscope ls --sort type,-own'), ['type,-owner', 'type,-ownerUid', '#nospace']);
  assert.deepEqual(askBash("nscope ls --filter 'x == "), []);
});

test('In bash only what stands behind "=" or ":" is given, as they end a word there.', { skip: skipBash }, () => {
  assert.deepEqual(askBash('nscope ls --tree=ow'), ['owner']);
  assert.deepEqual(askBash('nscope ls --type=ne'), ['net', '#nospace']);
});

test('In bash the option --from takes a file.', { skip: skipBash }, () => {
  assert.deepEqual(askBash(`nscope ls --from ${directory}/nscope.b`), [`${directory}/nscope.bash`, '#filenames']);
});

test('In fish verbs, options, choices and lists are completed.', { skip: skipFish }, () => {
  assert.deepEqual(askFish('nscope '), [...verbNames, 'help'].sort());
  assert.deepEqual(askFish('nscope lis'), ['listns']);
  assert.deepEqual(askFish('nscope help lis'), ['listns']);
  assert.deepEqual(askFish('nscope ls --ty'), ['--type']);
  assert.deepEqual(askFish('nscope snapshot --ty'), []);
  assert.deepEqual(askFish('nscope --type '), [...namespaceTypes]);
  assert.deepEqual(askFish('nscope ls -t net,m'), ['net,mnt']);
  assert.deepEqual(askFish('nscope ls --tree=ow'), ['--tree=owner']);
  assert.deepEqual(askFish('nscope ls -o +own'), ['+owner', '+ownerUid']);
  assert.deepEqual(askFish(`nscope ls --from ${directory}/nscope.b`), [`${directory}/nscope.bash`]);
});

test('In an interactive zsh the key completes verbs, options, choices and lists.', { skip: skipZsh }, () => {
  const cases = [
    ['nscope lis', 'listns '],
    ['nscope help lis', 'help listns '],
    ['nscope completion f', 'fish '],
    ['nscope ls --colu', '--columns='],
    ['nscope ls --type net,mn', 'net,mnt'],
    ['nscope ls --tree=ow', '--tree=owner '],
    ['nscope --sort -proc', '-processes'],
    ['nscope ls --sort -ino', '-inode'],
    ['nscope ls -o +comma', '+command'],
    [`nscope ls --from ${directory}/nscope.b`, 'nscope.bash '],
  ] as const;
  assert.deepEqual(
    typeInZsh(cases),
    cases.map(([line]) => line),
  );
});

test('A verb that takes several targets completes each of them, and an option’s value is none of them.', {
  skip: missing({ commands: ['bash', 'fish'] }),
}, () => {
  for (const line of ['nscope show ut', 'nscope show net:blue --json ut', 'nscope pid 1 --in ut']) {
    assert.deepEqual(askBash(line), ['uts:', '#nospace'], line);
    assert.deepEqual(askFish(line), ['uts:'], line);
  }
  const own = String(process.pid);
  assert.ok(askBash(`nscope pid ${own.slice(0, -1)}`).includes(own));
  assert.ok(askFish(`nscope pid ${own.slice(0, -1)}`).includes(own));
  assert.deepEqual(askBash('nscope pid 1 ut'), []);
});

const own = String(process.pid);
const link = readlinkSync('/proc/self/ns/net');

test('In bash every kind of target is completed, and brackets are escaped unless they stand in quotes.', {
  skip: skipBash,
}, () => {
  for (const start of ['nscope ', 'nscope show ', 'nscope show --json ', 'nscope 1 ']) {
    assert.ok(askBash(`${start}${own.slice(0, -1)}`).includes(own), start);
    // What stands before the colon is a word of its own.
    assert.ok(askBash(`${start}net:${own.slice(0, -1)}`).includes(own), start);
    const escaped = link.slice('net:'.length).replace(/[[\]]/g, '\\$&');
    for (const typed of ['net:', 'net:[', 'net:\\\\[', `net:\\\\${link.slice(4, -3)}`])
      assert.ok(askBash(start + typed).includes(escaped), start + typed);
    assert.ok(askBash(`${start}'net:[4`).includes(link), start);
    assert.ok(askBash(`${start}ne`).includes('net:') || start === 'nscope ');
    assert.deepEqual(askBash(`${start}${directory}/nscope.b`), [`${directory}/nscope.bash`, '#filenames'], start);
  }
  assert.deepEqual(askBash('nscope 1 --js'), ['--json']);
  assert.deepEqual(askBash('nscope 1 --ty'), []);
});

test('In fish every kind of target is completed.', { skip: skipFish }, () => {
  for (const start of ['nscope ', 'nscope show ', 'nscope 1 ']) {
    assert.ok(askFish(`${start}${own.slice(0, -1)}`).includes(own), start);
    assert.ok(askFish(`${start}net:${own.slice(0, -1)}`).includes(`net:${own}`), start);
    assert.ok(askFish(`${start}net:`).includes(link), start);
    assert.deepEqual(askFish(`${start}${directory}/nscope.b`), [`${directory}/nscope.bash`], start);
  }
  assert.deepEqual(askFish('nscope 1 --js'), ['--json']);
  assert.deepEqual(askFish('nscope 1 --ty'), []);
  assert.deepEqual(askFish('nscope help tar'), ['target']);
});

test('In an interactive zsh every kind of target is completed, and brackets are escaped.', { skip: skipZsh }, () => {
  const inode = link.slice('net:['.length, -1);
  const cases = [
    [`nscope show ${own.slice(0, -1)}`, own.slice(0, -1)],
    [`nscope ${own}`, `${own} `],
    [`nscope show net:${own}`, `net:${own} `],
    [`nscope show net:\\[${inode}`, `net:??${inode}??`],
    [`nscope show ${directory}/nscope.b`, 'nscope.bash '],
    ['nscope 1 --js', '--json '],
    ['nscope help targ', 'help target '],
  ] as const;
  assert.deepEqual(
    typeInZsh(cases),
    cases.map(([line]) => line),
  );
});

test('Workloads are asked of nscope once an engine is written, and a name that a shell would read is not offered.', {
  skip: missing({ commands: ['bash', 'fish', 'zsh'] }),
}, () => {
  pretend([
    'docker:web',
    '~docker:doubtful',
    'docker:$(touch pwned)',
    'docker:`touch pwned`',
    'docker:a;b',
    'podman:db',
  ]);
  rmSync(join(directory, 'ran'), { force: true });
  askBash('nscope show ');
  askBash('nscope show net:');
  askFish('nscope show net:');
  assert.ok(!existsSync(join(directory, 'ran')), 'nscope was started for something else');
  assert.deepEqual(askBash('nscope show docker:'), ['web', 'doubtful']);
  assert.deepEqual(askBash('nscope docker:w'), ['web']);
  assert.deepEqual(askFish('nscope show docker:'), ['docker:doubtful', 'docker:web']);
  assert.deepEqual(askFish('nscope docker:w'), ['docker:web']);
  assert.deepEqual(typeInZsh([['nscope show docker:w', 'docker:web ']]), ['nscope show docker:w']);
  const ran = readFileSync(join(directory, 'ran'), 'utf8').split('\n').slice(0, -1);
  assert.ok(ran.length >= 5);
  for (const words of ran) assert.equal(words, 'workloads --no-bpf -n -w -o workload');
  assert.ok(!existsSync(join(directory, 'pwned')));
});
