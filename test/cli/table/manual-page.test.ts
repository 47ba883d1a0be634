import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questions } from '../../../src/cli/help/questions.ts';
import { targetForms } from '../../../src/cli/help/target-forms.ts';
import { parseCommandLine } from '../../../src/cli/line/parse-command-line.ts';
import { parseOptionFlags } from '../../../src/cli/options/option-flags.ts';
import { formatManualPage } from '../../../src/cli/table/manual-page.ts';
import { usualVerb, verbs } from '../../../src/cli/table/verbs.ts';
import { bold, escapeRoff } from '../../../src/render/lines/roff.ts';
import { splitWords } from '../split-words.ts';

test('The manual page has every verb with its arguments, options, columns and examples.', async () => {
  const page = await formatManualPage(verbs, usualVerb, '1.2.3', '2026-01-02');
  assert.match(page, /^\.TH "NSCOPE" 1 "2026-01-02" "nscope 1\.2\.3" "User Commands"$/m);
  const parts = page.split(/^\.SS /m).slice(1);
  assert.equal(parts.length, verbs.length);
  for (const [i, verb] of verbs.entries()) {
    const part = parts[i] ?? '';
    assert.ok(part.startsWith(`"nscope ${verb.name}"`));
    for (const { name } of verb.arguments) assert.ok(part.includes(`\\fI${name}\\fR`), `${verb.name} ${name}`);
    for (const { flags } of verb.options)
      assert.ok(part.includes(`\\fB${escapeRoff(parseOptionFlags(flags).long)}\\fR`), `${verb.name} ${flags}`);
    for (const { name } of (await verb.columns?.()) ?? [])
      assert.match(part, new RegExp(`^\\.TP \\d+\\n\\\\fB${name}\\\\fR$`, 'm'), `${verb.name} ${name}`);
    for (const { command } of verb.examples) assert.ok(part.includes(`.EX\n${escapeRoff(command)}\n.EE`), command);
  }
});

test('The manual page has the usual sections in the usual order, and every form of a TARGET.', async () => {
  const page = await formatManualPage(verbs, usualVerb, '1.2.3', '2026-01-02');
  const sections = [...page.matchAll(/^\.SH "(.*)"$/gm)].map(([, title]) => title);
  assert.deepEqual(sections, [
    'NAME',
    'SYNOPSIS',
    'DESCRIPTION',
    'TARGET',
    'VERBS',
    'EXIT STATUS',
    'ENVIRONMENT',
    'FILES',
    'EXAMPLES',
    'SEE ALSO',
  ]);
  for (const { form } of targetForms.flatMap(({ forms }) => forms)) assert.ok(page.includes(bold(form)), form);
});

test('Every question of the manual page is answered by a command that parses.', async () => {
  assert.ok(questions.length >= 10);
  const page = await formatManualPage(verbs, usualVerb, '1.2.3', '2026-01-02');
  for (const { question, command } of questions) {
    assert.ok(page.includes(`.EX\n${escapeRoff(command)}\n.EE`), question);
    const [[program, ...words] = []] = splitWords(command);
    assert.equal(program, 'nscope');
    assert.ok(await parseCommandLine(words), command);
  }
});
