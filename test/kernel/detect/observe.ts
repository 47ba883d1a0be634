// Runs nscope detect in a setting, and tells from outside which namespaces it was in.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Judgement } from '../../../src/analysis/detect/judge.ts';
import type { DetectEvidence } from '../../../src/model/evidence/detect-evidence.ts';
import { type NamespaceType, namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { asNobody, type Setting } from './settings.ts';

/** What is asked: itself, or the PID behind it. */
const command = [fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url)), 'detect', '--json'];
/** Node with the flags that the tests were given. */
const node = [process.execPath, ...process.execArgv];

export type Truth = Readonly<Partial<Record<NamespaceType, 'initial' | 'child'>>>;

export interface Observation {
  readonly setting: string;
  readonly truth: Truth;
  readonly evidence: DetectEvidence;
}

export interface JudgedObservation extends Observation {
  readonly verdicts: readonly Judgement[];
  readonly status: number;
}

const timeoutMs = 120_000;

/**
 * Starts a shell in the setting, has it ask nscope or the program given, and reads the links of that shell from outside
 * while it waits.
 * @throws Error with what was printed, when nscope did not answer
 */
export async function observe(setting: Setting, program = command): Promise<JudgedObservation[]> {
  const marker = `nscope-detect-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const script = `${[...node, ...program].map((word) => `"${word}"`).join(' ')}; echo "STATUS $?"; read answer`;
  const [first = '', ...words] = [...setting.prefix, 'sh', '-c', script, marker];
  const child = spawn(first, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...setting.environment },
  });
  let output = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let over = false;
  void ended.then(() => {
    over = true;
  });
  try {
    for (const deadline = Date.now() + timeoutMs; !/^STATUS \d+$/m.test(output); ) {
      if (over || Date.now() > deadline) throw new Error(`${setting.name}: no answer: ${output}${complaint}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const pid = findShell(marker);
    const truth = readTruth(pid);
    const [text = '', status = ''] = output.split(/^STATUS /m);
    assert.notEqual(text, '', `${setting.name}: ${complaint}`);
    const seen = [judged(setting.name, truth, text, Number.parseInt(status, 10))];
    if (setting.fromOutside) {
      const words = [...node, ...program, String(pid)];
      seen.push(ask(`${setting.name}, by root from outside`, truth, words));
      seen.push(ask(`${setting.name}, by an ordinary user from outside`, truth, [...asNobody, ...words]));
    }
    return seen;
  } finally {
    child.stdin.end('\n');
    await ended;
  }
}

function ask(name: string, truth: Truth, [first = '', ...words]: readonly string[]): JudgedObservation {
  const { stdout, stderr, status } = spawnSync(first, words, { encoding: 'utf8', timeout: timeoutMs });
  assert.notEqual(stdout, '', `${name}: ${stderr}`);
  return judged(name, truth, stdout, status ?? -1);
}

function judged(setting: string, truth: Truth, text: string, status: number): JudgedObservation {
  const { verdicts, evidence } = JSON.parse(text) as Pick<JudgedObservation, 'verdicts' | 'evidence'>;
  return { setting, truth, evidence, verdicts, status };
}

/** The shell by its last argument, wherever it is: engines hand the words on to others, which are called otherwise. */
function findShell(marker: string): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = readCommandLine(pid);
      return words[0] === 'sh' && words[1] === '-c' && words.at(-1) === marker;
    });
  const [pid, ...others] = found;
  if (pid === undefined || others.length > 0) throw new Error(`${found.length} shells are called ${marker}`);
  return Number(pid);
}

function readCommandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/** kthreadd is where the boot left it. */
export function readTruth(pid: number): Truth {
  const entries = namespaceTypes.map((type) => {
    const [own, kernels] = [pid, 2].map((one) => statSync(`/proc/${one}/ns/${type}`).ino);
    return [type, own === kernels ? 'initial' : 'child'];
  });
  return Object.fromEntries(entries) as Truth;
}
