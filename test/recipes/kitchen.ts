// Where a recipe is tried: a directory of its own, nscope among the commands, and what the test made in place of what the
// document names.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { main } from '../cli/run-nscope.ts';
import { type Held, hold } from '../held-process.ts';
import { missing, type Needs } from '../tiers.ts';
import { type Recipe, readRecipes } from './read-recipes.ts';

/** What is there when the commands of a recipe are started, and what they must print. */
export interface Scene {
  readonly needs: Needs;
  readonly perform: (kitchen: Kitchen) => Promise<void> | void;
}

interface Printed {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard output without the first, which has the names of columns. */
  readonly rows: readonly string[];
}

export class Kitchen {
  readonly directory = mkdtempSync(join(tmpdir(), 'n-'));
  readonly #recipe: Recipe;
  readonly #t: TestContext;
  readonly #env: NodeJS.ProcessEnv;

  constructor(t: TestContext, recipe: Recipe) {
    this.#t = t;
    this.#recipe = recipe;
    t.after(() => rmSync(this.directory, { recursive: true, force: true }));
    mkdirSync(join(this.directory, 'bin'));
    this.writeProgram('bin/nscope', `exec '${process.execPath}' '${main}' "$@"`);
    const path = [join(this.directory, 'bin'), process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter);
    this.#env = { ...process.env, PATH: path };
  }

  /** A script of sh in the directory of the recipe. */
  writeProgram(name: string, script: string): void {
    const file = join(this.directory, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** Runs a command and demands that it succeeds. */
  prepare(command: string, ...words: string[]): void {
    const { status, error, stderr } = spawnSync(command, words, { env: this.#env, encoding: 'utf8' });
    assert.equal(status, 0, `${command} ${words.join(' ')}: ${error ?? stderr}`);
  }

  /** Undoes something at the end, whether that succeeds or not. */
  clearAway(command: string, ...words: string[]): void {
    this.#t.after(() => void spawnSync(command, words, { env: this.#env }));
  }

  /** Starts a script of sh that writes a line when it is ready, and ends it with the test. */
  async keep(script: string): Promise<Held> {
    const held = await hold('sh', ['-c', script], this.#env);
    this.#t.after(() => held.end());
    return held;
  }

  /**
   * Runs the commands of the recipe as one script.
   * @param replaced - what the document says, by what the test made; each must be in the commands
   * @param within - the words of a command that runs the script
   */
  run(replaced: Readonly<Record<string, string | number>> = {}, within: readonly string[] = []): Printed {
    const [command = '', ...words] = [...within, 'sh', '-c', this.#commands(replaced).join('\n')];
    const options = { cwd: this.directory, env: this.#env, timeout: 100_000 };
    const { status, stdout, stderr } = spawnSync(command, words, { ...options, encoding: 'utf8' });
    return { status, stdout, stderr, rows: stdout.split('\n').slice(1, -1) };
  }

  /** Starts the one command of a recipe that ends when it is ended. */
  start(): ChildProcess {
    const [command = '', ...others] = this.#commands({});
    assert.deepEqual(others, []);
    const options = { cwd: this.directory, env: this.#env };
    const child = spawn('sh', ['-c', `exec ${command}`], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#t.after(() => void child.kill());
    return child;
  }

  #commands(replaced: Readonly<Record<string, string | number>>): readonly string[] {
    const { commands } = this.#recipe;
    for (const said of Object.keys(replaced)) assert.ok(commands.join('\n').includes(said), `${said} is in the recipe`);
    return commands.map((command) =>
      Object.entries(replaced).reduce((text, [said, made]) => text.replaceAll(said, String(made)), command),
    );
  }
}

/** Tries the recipes that have a scene here. */
export function tryRecipes(scenes: ReadonlyMap<string, Scene>): void {
  for (const recipe of readRecipes()) {
    const scene = scenes.get(recipe.question);
    if (scene === undefined) continue;
    const title = `${recipe.page}: ${recipe.question}`;
    test(title, { skip: missing(scene.needs) }, async (t) => scene.perform(new Kitchen(t, recipe)));
  }
}
