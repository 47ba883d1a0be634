// Reads a policy from a file: JSON with rules, each tried before anything of the host is read.
import { constants } from 'node:buffer';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { auditFields } from '../../analysis/audit/audit-fields.ts';
import { defaultPolicy } from '../../analysis/audit/default-policy.ts';
import { type CompiledRule, compileRule, type PolicyRule } from '../../analysis/audit/policy.ts';
import { type Severity, severities } from '../../analysis/findings/finding.ts';
import { FilterError } from '../../analysis/listing/filter.ts';
import { isSyscallError } from '../../kernel/addon/syscall-error.ts';
import { toPath } from '../../kernel/files/files.ts';
import { describeFilterError } from '../reading/choose-columns.ts';
import { describeJsonPlace } from '../reading/json-place.ts';
import { suggest, UsageError } from '../table/errors.ts';

/** A policy has a few dozen rules. */
const maxBytes = Math.min(2 ** 20, constants.MAX_STRING_LENGTH);

/**
 * The rules of a file, else the default ones.
 * @param file - `-` for standard input
 * @throws UsageError naming the file, the rule and the place in it
 */
export function loadPolicy(file: string | undefined): readonly CompiledRule[] {
  const shown = file === '-' ? 'standard input' : file || 'the file ""';
  const rules = file === undefined ? defaultPolicy : readPolicy(parseJson(readText(file, shown), shown), shown);
  return rules.map((rule) => compile(rule, shown));
}

function readText(file: string, shown: string): string {
  try {
    const fd = file === '-' ? 0 : openSync(toPath(file), 'r');
    try {
      if (fstatSync(fd).size > maxBytes) throw new UsageError(`${shown} is larger than a policy (${maxBytes} bytes)`);
      // A byte order mark is what some editors begin a file with.
      return readFileSync(fd, 'utf8').replace(/^\uFEFF/, '');
    } finally {
      if (fd !== 0) closeSync(fd);
    }
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    throw new UsageError(`cannot read ${shown}: ${error.code}`, { cause: error });
  }
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${shown} is not JSON: ${describeJsonPlace(text)}`, { cause: error });
  }
}

const policyKeys = ['rules', 'extends', 'except'];
const textKeys = ['name', 'severity', 'when', 'message', 'means', 'fix'] as const;
const ruleKeys = [...textKeys, 'controls'];

/** Rules of the default policy come first; one of the same name takes the place of that. */
function readPolicy(value: unknown, shown: string): readonly PolicyRule[] {
  const wrong = (place: string, what: string) => new UsageError(`${shown}: ${place}${what}`);
  if (!isObject(value)) throw wrong('', 'an object with "rules" was expected');
  checkKeys(value, policyKeys, (what) => wrong('', what));
  const { rules = [], extends: base, except = [] } = value;
  if (base !== undefined && base !== 'default') throw wrong('extends: ', 'the one policy to extend is "default"');
  if (!Array.isArray(rules)) throw wrong('rules: ', 'a list was expected');
  if (!isTexts(except)) throw wrong('except: ', 'a list of names of rules was expected');
  const own = rules.map((rule, i) => readRule(rule, (place, what) => wrong(`rules[${i}]${place}: `, what)));
  const names = new Set<string>();
  for (const { name } of own) {
    if (names.has(name)) throw wrong('rules: ', `two rules are called "${name}"`);
    names.add(name);
  }
  const inherited = base === undefined ? [] : defaultPolicy.filter(({ name }) => !names.has(name));
  const known = [...inherited, ...own].map(({ name }) => name);
  for (const name of except)
    if (!known.includes(name)) throw wrong('except: ', `there is no rule "${name}"; ${suggest(name, known)}`);
  const left = [...inherited, ...own].filter(({ name }) => !except.includes(name));
  if (left.length === 0) throw wrong('', 'it has no rule');
  return left;
}

type Fail = (place: string, what: string) => UsageError;

function readRule(value: unknown, wrong: Fail): PolicyRule {
  if (!isObject(value)) throw wrong('', 'an object was expected');
  checkKeys(value, ruleKeys, (what) => wrong('', what));
  const text = (key: (typeof textKeys)[number]): string => {
    const found = value[key];
    if (found === undefined) throw wrong('', `"${key}" is missing`);
    if (typeof found !== 'string' || found.trim() === '') throw wrong(`.${key}`, 'a text was expected');
    return found;
  };
  const optional = (key: 'means' | 'fix') => (value[key] === undefined ? {} : { [key]: text(key) });
  const name = text('name');
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))
    throw wrong('.name', `"${name}" is not small letters, digits and hyphens, as no-host-network`);
  const { controls } = value;
  if (controls !== undefined && !isTexts(controls)) throw wrong('.controls', 'a list of texts was expected');
  return {
    name,
    severity: readSeverity(text('severity'), wrong),
    when: text('when'),
    message: text('message'),
    ...optional('means'),
    ...optional('fix'),
    ...(controls === undefined ? {} : { controls }),
  };
}

function readSeverity(word: string, wrong: Fail): Severity {
  const found = severities.find((one) => one === word);
  if (found === undefined) throw wrong('.severity', `"${word}" is not a severity; ${suggest(word, severities)}`);
  return found;
}

function checkKeys(value: object, known: readonly string[], wrong: (what: string) => UsageError): void {
  for (const key of Object.keys(value))
    if (!known.includes(key)) throw wrong(`there is no "${key}"; ${suggest(key, known)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function compile(rule: PolicyRule, shown: string): CompiledRule {
  try {
    return compileRule(rule);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw describeFilterError(`${shown}: rule "${rule.name}": when`, error, auditFields);
  }
}
