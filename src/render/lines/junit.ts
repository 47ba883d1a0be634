// The report of leaks as JUnit XML, in the form that Jenkins, GitLab and GitHub actions read: one failed test for each leak.
import { codeOf, type Left, nameOf } from '../../analysis/leaks/left.ts';
import { describeLeft, type LeakReport } from '../pages/describe-left.ts';
import { escapeText } from '../words/escape.ts';

/** @see https://llg.cubic.org/docs/junit/ */
export function* formatJunit(report: LeakReport): Generator<string> {
  const { leaks } = report.verdict;
  const tests = Math.max(leaks.length, 1);
  const counts = `tests="${tests}" failures="${leaks.length}" errors="0"`;
  const time = report.seconds.toFixed(3);
  yield '<?xml version="1.0" encoding="UTF-8"?>';
  yield `<testsuites ${counts} time="${time}">`;
  yield `  <testsuite name="nscope ci" ${counts} skipped="0" timestamp="${escapeXml(report.begunAt.slice(0, 19))}" time="${time}">`;
  yield `    <properties><property name="command" value="${escapeXml(report.command)}"/></properties>`;
  if (leaks.length === 0) yield `    <testcase classname="nscope.ci" name="nothing is left behind" time="${time}"/>`;
  for (const leak of leaks) yield* formatCase(leak, report);
  const notes = listNotes(report);
  if (notes.length > 0) yield `    <system-out>${notes.map(escapeXml).join('\n')}</system-out>`;
  yield '  </testsuite>';
  yield '</testsuites>';
}

function* formatCase(leak: Left, { begunAt, users }: LeakReport): Generator<string> {
  const { title, facts } = describeLeft(leak, begunAt, users);
  const text = [title, ...facts.map(([name, fact]) => `${name}: ${fact}`)].map(escapeXml).join('\n');
  yield `    <testcase classname="nscope.ci.${leak.kind}" name="${escapeXml(nameOf(leak))}" time="0">`;
  yield `      <failure type="${codeOf(leak)}" message="${escapeXml(title)}">${text}</failure>`;
  yield '    </testcase>';
}

/** What did not count, and what is not known. */
function listNotes({ verdict, begunAt, users, remarks }: LeakReport): string[] {
  const noted = [...verdict.unknown, ...verdict.excused, ...verdict.ignored];
  return [...remarks, ...noted.map((left) => `not counted: ${describeLeft(left, begunAt, users).title}`)];
}

/** What XML 1.0 has no place for, U+FFFE and U+FFFF besides the controls, becomes an escape as on a terminal. */
export function escapeXml(text: string): string {
  return escapeText(text)
    .replace(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
