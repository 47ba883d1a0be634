// The table of verbs: what help, completion and the manual page are made of.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseCommandLine } from '../../../src/cli/line/parse-command-line.ts';
import { loadVerb } from '../../../src/cli/load-verb.ts';
import { verbGroups } from '../../../src/cli/table/verb-groups.ts';
import { verbNames, verbs } from '../../../src/cli/table/verbs.ts';
import { nscopeVersion } from '../../../src/model/snapshot/version.ts';
import { splitWords } from '../split-words.ts';

test('The version that nscope states is that of its package.', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  assert.equal(nscopeVersion, version);
});

test('Every verb has two examples or more, and each of them parses as that verb.', async () => {
  assert.ok(verbs.length >= 3);
  for (const verb of verbs) {
    assert.ok(verb.examples.length >= 2, `${verb.name} has ${verb.examples.length} examples`);
    let own = 0;
    for (const { command, meaning } of verb.examples) {
      assert.notEqual(meaning, '', command);
      // An example may be a pipeline: each nscope in it must parse, and one of them must be this verb.
      const calls = splitWords(command).filter(([program]) => program === 'nscope');
      assert.ok(calls.length > 0, `${command} calls no nscope`);
      for (const [, ...words] of calls) {
        // What one nscope starts may be an nscope again: run -p -- nscope init.
        for (let inner: readonly string[] = words; ; ) {
          const invocation = await parseCommandLine(inner);
          assert.ok(invocation, `${command} prints help`);
          if (invocation.verb.name === verb.name) own++;
          const started = invocation.given.behind ?? invocation.words;
          if (started[0] !== 'nscope') break;
          inner = started.slice(1);
        }
      }
    }
    assert.ok(own >= 2, `${own} examples of ${verb.name} call it`);
  }
});

test('Every verb has a program to run.', async () => {
  for (const verb of verbs) assert.equal(typeof (await loadVerb(verb)).run, 'function', verb.name);
});

test('A verb that takes --columns knows which there are, and no other says so.', async () => {
  for (const verb of verbs) {
    const takes = verb.options.some(({ completes }) => completes === 'columns');
    assert.equal(verb.columns !== undefined, takes, verb.name);
    const columns = (await verb.columns?.()) ?? [];
    if (takes) assert.ok(columns.length > 3, verb.name);
    for (const { name, meaning } of columns) assert.ok(name && meaning, `${verb.name}: ${name}`);
  }
});

test('Every verb that reads a snapshot of this host or of a file can do so without BPF.', () => {
  const reading = verbs.filter(({ options }) => options.some(({ flags }) => flags.startsWith('--from')));
  assert.ok(reading.length > 8);
  for (const { name, options } of reading)
    assert.ok(
      options.some(({ flags }) => flags === '--no-bpf'),
      name,
    );
});

test('Names of verbs and flags of a verb are used once, and their texts are no sentences cut short.', () => {
  assert.equal(new Set(verbs.map(({ name }) => name)).size, verbs.length);
  for (const { name, options, summary, details } of verbs) {
    const flags = options.flatMap((option) => option.flags.match(/--?[a-z][a-z-]*/g) ?? []);
    assert.equal(new Set(flags).size, flags.length, `${name}: ${flags.join(' ')}`);
    assert.doesNotMatch(summary, /\.$/, name);
    for (const paragraph of details) assert.match(paragraph, /[.:]$/, `${name}: ${paragraph}`);
  }
});

test('Every verb is in one group of the help, whose example parses.', async () => {
  const grouped = verbGroups.flatMap(({ verbs: names }) => names);
  assert.deepEqual([...grouped].sort(), [...verbNames].sort());
  for (const { example, verbs: names } of verbGroups) {
    const [[program, ...words] = []] = splitWords(example);
    assert.equal(program, 'nscope');
    const invocation = await parseCommandLine(words);
    assert.ok(invocation && names.includes(invocation.verb.name), example);
  }
});
