import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeRoff, formatExample, formatParagraph, formatTerm, joinPage } from '../../../src/render/lines/roff.ts';

test('What troff would read as an escape or show as another glyph is escaped.', () => {
  assert.equal(escapeRoff('a\\b -x ~/^`"\''), 'a\\eb \\-x \\(ti/\\(ha\\(ga\\(dq\\(aq');
  assert.equal(escapeRoff('PID 1’s 😀'), 'PID 1\\[u2019]s \\[u1F600]');
});

test('No line of text begins a request, wherever it is broken.', () => {
  const text = `${'x'.repeat(76)} .so /etc/passwd`;
  for (const roff of [formatParagraph(text), formatTerm('.TH', text), formatExample(`.sp\n${text}\n.de x`)]) {
    const requests = roff.split('\n').filter((line) => /^[.']/.test(line));
    assert.ok(requests.length > 0, roff);
    for (const line of requests) assert.match(line, /^\.(PP|TP|RS|RE|EX|EE)$/, roff);
    assert.match(roff, /\\&\.s[op]/);
  }
});

test('Lines are broken before column 80 and after sentences, and no word is lost.', () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`);
  const [request, ...lines] = formatParagraph(`${words.join(' ')}. Next one.`).split('\n');
  assert.equal(request, '.PP');
  for (const line of lines) assert.ok(line.length < 80, line);
  assert.equal(lines.join(' '), `${words.join(' ')}. Next one.`);
  assert.equal(lines.at(-1), 'Next one.');
});

test('A paragraph behind a heading has no request of its own.', () => {
  assert.equal(joinPage(['.SH "A"', '.PP\nb', '.PP\nc']), '.SH "A"\nb\n.PP\nc\n');
});
