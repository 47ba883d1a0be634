// What the words of a command line mean, and what is said of wrong ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from '../../../src/cli/line/parse-command-line.ts';

async function parse(...argv: string[]) {
  const invocation = await parseCommandLine(argv);
  assert.ok(invocation, `${argv.join(' ')} prints help`);
  const { verb, words, options, given } = invocation;
  return { verb: verb.name, words, options: { ...options }, ...given };
}

test('Options stand before and behind words, in short and long form, alone and in groups.', async () => {
  const options = { bpf: true, header: false, wide: true, type: 'net' };
  for (const line of ['ls -nw -t net 7', 'ls 7 --no-header --wide --type=net', 'ls -wn -tnet 7', 'ls -t net 7 -n -w']) {
    const parsed = await parse(...line.split(' '));
    assert.deepEqual([parsed.verb, parsed.words], ['ls', ['7']], line);
    assert.deepEqual(parsed.options, options, line);
  }
});

test('The last of several values stands, and all of them of an option that takes a list or may be repeated.', async () => {
  const listing = await parse(
    'ls',
    '--from',
    'a',
    '--from',
    'b',
    '--sort',
    'pid',
    '--sort',
    '-inode',
    '-t',
    'net,pid',
    '-tmnt',
  );
  const { from, sort, type } = listing.options;
  assert.deepEqual([from, sort, type], ['b', 'pid,-inode', 'net,pid,mnt']);
  const made = await parse('run', '-nu', '--keep', 'net:/a', '--keep=uts:/b', 'true');
  assert.deepEqual([made.repeated, made.words], [{ keep: ['net:/a', 'uts:/b'] }, ['true']]);
});

test('An option whose value may be left out takes the next word where that is one of its values.', async () => {
  for (const [line, tree, words] of [
    ['ls --tree', true, []],
    ['ls --tree=parent', 'parent', []],
    ['ls --tree parent', 'parent', []],
    ['ls --tree 812', true, ['812']],
    ['ls --tree=812', '812', []],
    ['ls 812 --tree process', 'process', ['812']],
  ] as const) {
    const parsed = await parse(...line.split(' '));
    assert.deepEqual([parsed.options['tree'], parsed.words], [tree, words], line);
  }
});

test('The words of a command are its own: after two dashes, and else from the first word on.', async () => {
  for (const [line, words, behind, options] of [
    ['run -u sh -c x', ['sh', '-c', 'x'], undefined, { uts: true }],
    ['run -u -- sh -u', [], ['sh', '-u'], { uts: true }],
    ['run -u env -- sh', ['env'], ['sh'], { uts: true }],
    ['run', [], undefined, {}],
    ['run --', [], [], {}],
    ['run -u env --help', ['env', '--help'], undefined, { uts: true }],
    ['init -- sh', [], ['sh'], {}],
  ] as const) {
    const parsed = await parse(...line.split(' '));
    assert.deepEqual([parsed.words, parsed.behind, parsed.options], [words, behind, options], line);
  }
});

test('After a TARGET comes the command, with options of its own; several TARGETs end at two dashes.', async () => {
  for (const [line, words, behind, options] of [
    ['enter net:blue ip -br addr', ['net:blue'], ['ip', '-br', 'addr'], {}],
    ['enter 7 -t net,uts sh -t net', ['7'], ['sh', '-t', 'net'], { type: 'net,uts' }],
    ['enter --root self 7 --cwd=caller ls --root', ['7'], ['ls', '--root'], { root: 'self', cwd: 'caller' }],
    ['enter 7 -- ls --root', ['7'], ['ls', '--root'], {}],
    ['enter 7 --root self -- ls --root', ['7'], ['ls', '--root'], { root: 'self' }],
    ['enter 7 8 -- ls -- x', ['7', '8'], ['ls', '--', 'x'], {}],
    ['enter blue uts:web /run/x self -t net -- sh', ['blue', 'uts:web', '/run/x', 'self'], ['sh'], { type: 'net' }],
    ['enter blue git log -- file', ['blue'], ['git', 'log', '--', 'file'], {}],
    ['enter blue 8 env -- --help', ['blue', '8'], ['env', '--', '--help'], {}],
    ['enter 7 ls --help', ['7'], ['ls', '--help'], {}],
    ['enter 7', ['7'], [], {}],
    ['enter 7 --', ['7'], [], {}],
    ['enter -t net 7', ['7'], [], { type: 'net' }],
    ['enter -f -n /x nscope orphan -f', [], ['nscope', 'orphan', '-f'], { fork: true, namespace: '/x' }],
    ['enter -n /x', [], [], { namespace: '/x' }],
    ['enter -n /x -- sh', [], ['sh'], { namespace: '/x' }],
    ['enter 7 -n /x sh -f', ['7'], ['sh', '-f'], { namespace: '/x' }],
    ['enter -n /x 7 -- sh', ['7'], ['sh'], { namespace: '/x' }],
    ['enter -n /x grep -- sh', [], ['grep', '--', 'sh'], { namespace: '/x' }],
  ] as const) {
    const parsed = await parse(...line.split(' '));
    assert.deepEqual([parsed.words, parsed.behind, parsed.options], [words, behind, { bpf: true, ...options }], line);
  }
  await assert.rejects(parseCommandLine(['enter', '7', '-x', 'ls']), /unknown option '-x'/);
});

test('Two dashes end the options of other verbs as well, and a dash alone is a word.', async () => {
  assert.deepEqual((await parse('show', '--', '--json')).words, ['--json']);
  assert.deepEqual((await parse('diff', '-', 'b.json')).words, ['-', 'b.json']);
  assert.equal((await parse('ls', '--from', '-')).options['from'], '-');
});

test('A first word that is not a verb is a TARGET, which is shown.', async () => {
  for (const [line, words, options] of [
    ['812', ['812'], {}],
    ['net:blue --json', ['net:blue'], { json: true }],
    ['/run/netns/blue', ['/run/netns/blue'], {}],
    ['shwo', ['shwo'], {}],
    ['constructor 812', ['constructor', '812'], {}],
  ] as const) {
    const parsed = await parse(...line.split(' '));
    assert.deepEqual([parsed.verb, parsed.words], ['show', words], line);
    assert.deepEqual(parsed.options, { bpf: true, ...options }, line);
  }
});

test('Without a verb the overview is meant, with its options; what ls alone takes names ls.', async () => {
  assert.equal((await parse()).verb, 'overview');
  const parsed = await parse('-w', '--json', '-t', 'net', '--from', '-');
  assert.deepEqual([parsed.verb, parsed.options['type'], parsed.options['json']], ['overview', 'net', true]);
  for (const line of ['--tree=owner', '--hidden', '-t net 7 -n -w', '--tree parent -w'])
    await assert.rejects(
      parseCommandLine(line.split(' ')),
      { name: 'UsageError', message: `nscope alone does not take these words, and ls does: nscope ls ${line}` },
      line,
    );
  await assert.rejects(parseCommandLine(['-j', '812']), {
    name: 'UsageError',
    message: 'nscope alone does not take these words, and show does: nscope show -j 812',
  });
  await assert.rejects(parseCommandLine(['--colour']), {
    message: /^unknown option '--colour'; nscope help overview /,
  });
  await assert.rejects(parseCommandLine(['overview', '--hidden']), { message: /^unknown option '--hidden'; / });
});

test('Wrong words are named, with what may have been meant.', async () => {
  for (const [line, message] of [
    ['list', /^there is no verb "list"; did you mean nscope ls\?$/],
    ['exec 812 sh', /^there is no verb "exec"; did you mean nscope enter\?$/],
    ['mnt', /^there is no verb "mnt"; did you mean nscope ls --type mnt\?$/],
    ['812 ps', /^there is no verb "812"; did you mean nscope ps 812\?$/],
    ['ls --typ net', /^unknown option '--typ'; did you mean --type\?$/],
    ['ls --constructor', /^unknown option '--constructor'; nscope help ls lists those of ls$/],
    ['ls -x', /^unknown option '-x'; nscope help ls lists those of ls$/],
    ['ls -wx', /^unknown option '-x'; /],
    ['ls -V', /^unknown option '-V'; /],
    ['ls --json=yes', /^--json takes no value, and "yes" was given$/],
    ['ls --no-bpf=1', /^--no-bpf takes no value, and "1" was given$/],
    ['ls --help=x', /^--help takes no value, and "x" was given$/],
    ['--version=', /^--version takes no value, and "" was given$/],
    ['ls -w😀', /^unknown option '-😀'; nscope help ls lists those of ls$/],
    ['ls ---😀', /^unknown option '---😀'; /],
    ['ls --nope', /^unknown option '--nope'; nscope help ls lists those of ls$/],
    ['run --bpf', /^unknown option '--bpf'; nscope help run lists those of run$/],
    ['ls --noHeader', /^unknown option '--noHeader'; did you mean --no-header\?$/],
    [
      'busy --from x /mnt',
      /^--from: nscope busy asks this host: a snapshot has no open, mapped and working files, .*mounts --from FILE/,
    ],
    ['caps --from x self', /^unknown option '--from'; /],
    ['ls --sort', /^--sort NAME,\.\.\.: the value is missing$/],
    ['ls -t', /^-t, --type TYPE,\.\.\.: the value is missing$/],
    ['ls 1 2', /^ls: too many arguments: "2"; it takes TARGET$/],
    ['show', /^show: missing argument TARGET$/],
    ['caps 1', /^caps: missing argument TARGET$/],
    ['snapshot x', /^snapshot: too many arguments: "x"; it takes none$/],
  ] as const)
    await assert.rejects(parseCommandLine(line.split(' ')), { name: 'UsageError', message }, line);
});
